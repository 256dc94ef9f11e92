"""How the score is made, with this rule base's own figures."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from itertools import product
from threading import Lock
from typing import get_args

from app.advice.scoring import score
from app.advice.verdict import Recommendation, standing_constraints, verdict
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.ledger import claims_per_source
from app.knowledge.models import NAMES, Policy, Status
from app.pages.contexts import MethodologyPage, PolicyWins, Tally, WinShare
from app.runs.measuring.presets import LEVELS
from app.words import STATUS_WORDS


def methodology_page(knowledge: Knowledge, today: date) -> MethodologyPage:
    """The page's figures are counted from the loaded rules, so an overlay changes them too."""
    claims = list(knowledge.claims.values())
    per_source = claims_per_source(knowledge)
    return MethodologyPage(
        title="Methodology",
        policies=list(knowledge.policies.values()),
        criteria=list(knowledge.criteria.values()),
        largest_raise=max(
            (p for q in knowledge.questions.values() for o in q.options for p in o.raises.values()), default=0
        ),
        core=[question for question in knowledge.questions.values() if question.core],
        scoring=knowledge.scoring,
        statuses=get_args(Status),
        total=len(claims),
        background=sum(claim.background is not None for claim in claims),
        by_kind=_tallies((claim.kind for claim in claims), {}),
        by_favours=_tallies((claim.favours for claim in claims), NAMES),
        by_status=_tallies((claim.status for claim in claims), STATUS_WORDS),
        by_source=[Tally(source.title, per_source[id]) for id, source in knowledge.sources.items()],
        wins=count_wins(knowledge, today),
        due=[claim for claim in claims if claim.days_overdue(today) > 0],
        version=knowledge.version,
        overlay=len(knowledge.overlay),
        levels=LEVELS,
    )


def _tallies(values: Iterable[str], labels: Mapping[str, str]) -> list[Tally]:
    return [Tally(labels.get(value, value), count) for value, count in Counter(values).most_common()]


def count_wins(knowledge: Knowledge, today: date) -> tuple[PolicyWins, ...]:
    """The counts of a day, counted once: whoever asks while they are being counted waits for them."""
    with _COUNTING:
        return _count_wins(knowledge, today)


_COUNTING = Lock()


@lru_cache(maxsize=4)
def _count_wins(knowledge: Knowledge, today: date) -> tuple[PolicyWins, ...]:
    """Count recommendations over every combination of one option for each core question; about a second's work."""
    return tuple(_policy_wins(knowledge, policy, today) for policy in knowledge.policies.values())


def _policy_wins(knowledge: Knowledge, policy: Policy, today: date) -> PolicyWins:
    core = [question for question in knowledge.questions.values() if question.core]
    counts: dict[str, Counter[str]] = {option.id: Counter() for option in core[0].options}
    for options in product(*(question.option_ids for question in core)):
        chosen = {question.id: frozenset({option}) for question, option in zip(core, options, strict=True)}
        counts[options[0]][_recommendation(knowledge, chosen, policy, today)] += 1
    rows = [_share(option.label, counts[option.id]) for option in core[0].options]
    return PolicyWins(policy, [_share("All combinations", sum(counts.values(), Counter())), *rows])


def _recommendation(knowledge: Knowledge, chosen: Chosen, policy: Policy, today: date) -> Recommendation:
    constraints = standing_constraints(knowledge, chosen, policy, today)
    return verdict(knowledge.scoring, score(knowledge, chosen, policy, today), constraints).recommendation


def _share(label: str, counts: Mapping[str, int]) -> WinShare:
    return WinShare(label, counts["pytorch"], counts["tensorflow"], counts["either"])
