"""How the score is made, with this rule base's own figures."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Any, get_args

import numpy as np
from fastapi import APIRouter
from numpy.typing import NDArray
from starlette.responses import HTMLResponse

from app.advice.model.core_space import core_space, masks_of
from app.advice.robustness.recommendation import CHOICES
from app.advice.robustness.situation import judge_of
from app.advice.wording import STATUS_WORDS
from app.audit.validation import Group, Judgement
from app.audit.validation_text import GROUP_NAMES, JUDGEMENT_WORDS
from app.knowledge.base import Knowledge
from app.knowledge.ledger import claims_per_source
from app.knowledge.models import NAMES, Claim, ClaimStatus, Criterion, Policy, Question, Scoring
from app.pages.grammar import counted
from app.pages.page import Page
from app.pages.rendering import html
from app.paths import STATIC
from app.runs.measuring.presets import LEVELS, Level
from app.runs.models import Preset
from app.runs.run_wording import seconds
from app.web.dependencies import ServiceOf

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Tally:
    """A row of a table of counts."""

    label: str
    count: int


@dataclass(frozen=True)
class WinShare:
    """How often each recommendation comes out over a part of the space of core answers, one choice a question."""

    label: str
    pytorch: int
    tensorflow: int
    either: int

    @property
    def total(self) -> int:
        return self.pytorch + self.tensorflow + self.either


@dataclass(frozen=True)
class PolicyWins:
    """The win shares under a policy: over all combinations, and for each option of the first question."""

    policy: Policy
    shares: Sequence[WinShare]


@dataclass(frozen=True)
class MethodologyPage(Page):
    section = "/methodology"

    policies: Sequence[Policy]
    criteria: Sequence[Criterion]
    largest_raise: float
    core: Sequence[Question]
    questions: Mapping[str, Question]
    scoring: Scoring
    statuses: Sequence[ClaimStatus]
    total: int
    background: int
    by_kind: Sequence[Tally]
    by_favours: Sequence[Tally]
    by_status: Sequence[Tally]
    by_source: Sequence[Tally]
    wins: Sequence[PolicyWins]
    due: Sequence[Claim]
    version: str
    overlay: int
    levels: Mapping[Preset, Level]
    validation: Mapping[str, Any]
    groups: Mapping[Group, str]
    judgements: Mapping[Judgement, str]

    @property
    def rules(self) -> str:
        """Which rules this server uses."""
        own = f", with {counted(self.overlay, 'entry', 'entries')} of its own" if self.overlay else ""
        return f"version {self.version}{own}"

    @property
    def start_weights(self) -> str:
        """With which weights the criteria start."""
        weights = {criterion.weight for criterion in self.criteria}
        if len(weights) == 1:
            return f"All {len(self.criteria)} criteria start with the same weight, since no source ranks them."
        return f"The {len(self.criteria)} criteria start with weights from {min(weights):g} to {max(weights):g}."

    @property
    def level_rows(self) -> list[tuple[Preset, list[str], str]]:
        """(level, its numbers, whether it names a winner)"""
        return [(preset, list(_numbers(level)), _winner(level)) for preset, level in self.levels.items()]


def _numbers(level: Level) -> Iterator[str]:
    yield f"{level.pairs}, or {level.pairs + level.more_pairs} when in doubt" if level.more_pairs else f"{level.pairs}"
    yield f"{level.rounds}"
    yield seconds(level.block_seconds)
    yield f"{level.delta:.0%}"


def _winner(level: Level) -> str:
    return "yes" if level.names_winners else "no, indicative only"


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
        questions=knowledge.questions,
        statuses=get_args(ClaimStatus),
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
        validation=_validation(),
        groups=GROUP_NAMES,
        judgements=JUDGEMENT_WORDS,
    )


@lru_cache(maxsize=1)
def _validation() -> Mapping[str, Any]:
    """What `make validate` measured of the shipped rules: a minute's work, so the page only shows it."""
    found: Mapping[str, Any] = json.loads((STATIC / "validation.json").read_text(encoding="utf-8"))
    return found


def _tallies(values: Iterable[str], labels: Mapping[str, str]) -> list[Tally]:
    return [Tally(labels.get(value, value), count) for value, count in Counter(values).most_common()]


def count_wins(knowledge: Knowledge, today: date) -> tuple[PolicyWins, ...]:
    """The counts of a day, counted once: whoever asks while they are being counted waits for them."""
    with _COUNTING:
        return _count_wins(knowledge, today)


_COUNTING = Lock()


@lru_cache(maxsize=4)
def _count_wins(knowledge: Knowledge, today: date) -> tuple[PolicyWins, ...]:
    """Count recommendations over every combination of one option for each core question."""
    return tuple(_policy_wins(knowledge, policy, today) for policy in knowledge.policies.values())


def _policy_wins(knowledge: Knowledge, policy: Policy, today: date) -> PolicyWins:
    judge = judge_of(knowledge, policy.id, today)
    situations = masks_of(judge.scorer.layout, core_space(knowledge))
    sides = judge.sides(situations)
    core = next(question for question in knowledge.questions.values() if question.core)
    given = situations[judge.scorer.layout.rows[core.id]]
    rows = [_share(option.label, sides[given == 1 << bit]) for bit, option in enumerate(core.options)]
    return PolicyWins(policy, [_share("All combinations", sides), *rows])


def _share(label: str, sides: NDArray[np.int8]) -> WinShare:
    counts = Counter(CHOICES[side] for side in sides.tolist())
    return WinShare(label, counts["pytorch"], counts["tensorflow"], counts["either"])


@router.get("/methodology")
def methodology(service: ServiceOf) -> HTMLResponse:
    """How the score is made. Not async: counting every outcome takes about a second, which a thread can spend."""
    return html("methodology.html", methodology_page(service.knowledge, service.today()))
