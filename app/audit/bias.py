"""Whether the rules lean, as figures: who wins, how many statements speak for whom, and who is named first.

Nothing here says that a lean is wrong: the documents may say more for one framework, and one may be the better choice
in more situations. The figures are there so that a reader can see how far it goes and where it comes from.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from app.advice.robustness.recommendation import CHOICES
from app.audit.core_outcomes import core_sides
from app.audit.language import first_named, option_orders, passages
from app.knowledge.base import Knowledge
from app.knowledge.drafts import Drafts
from app.knowledge.models import Claim, Framework

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Wins:
    """How many of the core situations recommend each framework, or either, under a policy."""

    situations: int
    pytorch: int
    tensorflow: int
    either: int


@dataclass(frozen=True)
class Statements:
    """The claims that favour one side. What is for one framework is against the other: the rules have no other no.

    `count`: all of them; `counting`: without those that are background; `strength`: the sum of the counting ones'.
    """

    count: int
    counting: int
    strength: int
    by_kind: Counts
    by_status: Counts


@dataclass(frozen=True)
class Bias:
    """The audit's figures.

    `wins`: by policy. `statements`: by side (pytorch, tensorflow, keras, neither). `citations`: source → side → claims
    that cite it, each once a source. `named_first`: kind of text → framework → texts that name both and it first.
    `option_order`: question → the framework whose option comes first, where options name both.
    """

    wins: Mapping[str, Wins]
    statements: Mapping[str, Statements]
    citations: Mapping[str, Counts]
    named_first: Mapping[str, Counts]
    option_order: Mapping[str, Framework]


def bias(knowledge: Knowledge, drafts: Drafts, day: date) -> Bias:
    """The audit of a rule base, as of a day."""
    by_side: dict[str, list[Claim]] = {"pytorch": [], "tensorflow": [], "keras": [], "neither": []}
    for claim in knowledge.claims.values():
        by_side[claim.favours].append(claim)
    return Bias(
        wins=wins(knowledge, day),
        statements={side: _statements(claims) for side, claims in by_side.items()},
        citations=citations(knowledge),
        named_first=named_first(drafts),
        option_order=option_orders(drafts),
    )


def wins(knowledge: Knowledge, day: date) -> dict[str, Wins]:
    """Who wins over the core answer space, by policy."""
    found = {}
    for policy in knowledge.policies:
        sides = core_sides(knowledge, policy, day)
        counts = {name: int(np.count_nonzero(sides == side)) for side, name in CHOICES.items()}
        found[str(policy)] = Wins(len(sides), counts["pytorch"], counts["tensorflow"], counts["either"])
    return found


def _statements(claims: Iterable[Claim]) -> Statements:
    all = list(claims)
    counting = [claim for claim in all if claim.background is None]
    return Statements(
        count=len(all),
        counting=len(counting),
        strength=sum(claim.strength for claim in counting),
        by_kind=_tally(claim.kind for claim in all),
        by_status=_tally(claim.status for claim in all),
    )


def citations(knowledge: Knowledge) -> dict[str, Counts]:
    """Source → side → how many claims cite it, for the sources that claims cite."""
    found: dict[str, list[str]] = {id: [] for id in knowledge.sources}
    for claim in knowledge.claims.values():
        for source in {citation.id for citation in claim.sources}:
            found[source].append(claim.favours)
    return {id: _tally(sides) for id, sides in found.items() if sides}


def named_first(drafts: Drafts) -> dict[str, Counts]:
    """Kind of text → framework → how many of the texts that name both name it first."""
    found: dict[str, list[str]] = {}
    for passage in passages(drafts):
        framework = first_named([passage.text])
        if framework is not None:
            found.setdefault(passage.kind, []).append(framework)
    return {kind: _tally(frameworks) for kind, frameworks in found.items()}


def _tally(words: Iterable[str]) -> Counts:
    return dict(sorted(Counter(words).items()))
