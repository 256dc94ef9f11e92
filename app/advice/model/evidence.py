"""Evidence: which claims apply to the answers, and how much each of them counts under a policy."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import numpy as np

from app.advice.model.applicability import Applicability
from app.advice.model.layout import Layout
from app.advice.model.precedents import PrecedentTable
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.models import Claim, Constraint, Policy, PolicyId
from app.knowledge.precedent_claims import precedent_claim

Side = Literal["pytorch", "tensorflow", "level", "api"]
"""The side that evidence favours: a framework, both alike (`level`), or the Keras API (`api`)."""


@dataclass(frozen=True)
class Evidence:
    """An applying claim under a policy. `trust` is 0 to 1; `amount` = strength × trust, 0 to 3."""

    claim: Claim
    side: Side
    trust: float

    @property
    def amount(self) -> float:
        return self.claim.strength * self.trust

    @property
    def argument(self) -> str:
        """The point that it is about; a claim without an argument is a point of its own."""
        return self.claim.argument or self.claim.id


def applying_evidence(knowledge: Knowledge, chosen: Chosen, policy: PolicyId, today: date) -> list[Evidence]:
    """The evidence whose claim's condition the answers meet, in the order of the rule files; then the precedents."""
    compiled = _compiled(knowledge, policy, today)
    masks = compiled.layout.masks(chosen)
    found = [compiled.pieces[at] for at in np.flatnonzero(compiled.applicability.holds(masks)[:, 0])]
    if compiled.precedents is None:
        return found
    amounts = compiled.precedents.amounts(masks)[:, 0]
    return found + [
        Evidence(claim, _side(claim, knowledge.policies[policy]), float(amounts[at]) / claim.strength)
        for at, claim in enumerate(compiled.decisions)
        if amounts[at] > 0
    ]


@dataclass(frozen=True)
class _Compiled:
    layout: Layout
    applicability: Applicability
    pieces: tuple[Evidence, ...]
    precedents: PrecedentTable | None
    decisions: tuple[Claim, ...]


@lru_cache(maxsize=8)
def _compiled(knowledge: Knowledge, policy: PolicyId, today: date) -> _Compiled:
    layout = Layout.of(knowledge)
    pieces = gather(knowledge, knowledge.policies[policy], today)
    table = PrecedentTable.of(knowledge, layout, knowledge.policies[policy], today)
    return _Compiled(
        layout,
        Applicability.of(layout, [piece.claim for piece in pieces]),
        pieces,
        table,
        tuple(map(precedent_claim, table.precedents)) if table else (),
    )


def gather(knowledge: Knowledge, policy: Policy, today: date) -> tuple[Evidence, ...]:
    """Every claim that may count and has a source that the policy counts, also with a trust of 0.

    Background claims are left out: they are about no situation.
    """
    return tuple(
        Evidence(claim, _side(claim, policy), trust(knowledge, claim, policy, today))
        for claim in knowledge.claims.values()
        if claim.matters_when is not None and is_counted(knowledge, claim, policy)
    )


def is_counted(knowledge: Knowledge, claim: Claim, policy: Policy) -> bool:
    """Whether the policy counts a claim of such sources at all."""
    return any(knowledge.sources[citation.id].kind in policy.counts for citation in claim.sources)


def is_trusted(knowledge: Knowledge, constraint: Constraint, policy: Policy, today: date) -> bool:
    """Whether the policy trusts a hard constraint's claim enough for the constraint to hold."""
    claim = knowledge.claims[constraint.claim]
    return (
        is_counted(knowledge, claim, policy)
        and trust(knowledge, claim, policy, today) >= knowledge.scoring.constraint_trust
    )


def trust(knowledge: Knowledge, claim: Claim, policy: Policy, today: date) -> float:
    """The share of a claim's strength that counts: by its status, fading with the age of what nobody has confirmed.

    A fact fades once its review is overdue, a statement that no program confirmed from the date of its newest source.
    """
    share, overdue = policy.trust[claim.status], claim.days_overdue(today)
    if policy.stale is not None and overdue > 0:
        share *= 0.5 ** (overdue / policy.stale.half_life_days)
    if policy.ageing is not None and claim.status in policy.ageing.statuses:
        share *= 0.5 ** (_age_days(knowledge, claim, policy, today) / policy.ageing.half_life_days)
    return float(share)


def _age_days(knowledge: Knowledge, claim: Claim, policy: Policy, today: date) -> int:
    """Days since the newest of a claim's sources that the policy counts."""
    sources = [knowledge.sources[citation.id] for citation in claim.sources]
    newest = max((source.day for source in sources if source.kind in policy.counts), default=today)
    return max(0, (today - newest).days)


def _side(claim: Claim, policy: Policy) -> Side:
    if claim.status in policy.level:
        return "level"
    if claim.favours == "keras":
        return policy.keras_counts_for or "api"
    return "level" if claim.favours == "neither" else claim.favours
