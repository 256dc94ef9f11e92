"""Evidence: which claims apply to the answers, and how much each of them counts under a policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.models import Claim, Policy

Side = Literal["pytorch", "tensorflow", "level", "api"]
"""Whom evidence speaks for: a framework, both alike (`level`), or the Keras API rather than a framework (`api`)."""


@dataclass(frozen=True)
class Evidence:
    """An applying claim under a policy. `trust` is 0 to 1; `amount` = strength × trust, 0 to 3."""

    claim: Claim
    side: Side
    trust: float

    @property
    def amount(self) -> float:
        return self.claim.strength * self.trust


def applying_claims(knowledge: Knowledge, chosen: Chosen) -> list[Claim]:
    """The claims whose condition the answers meet, in the order of the rule files."""
    return [claim for claim in knowledge.claims.values() if claim.matters(chosen)]


def gather(knowledge: Knowledge, claims: Sequence[Claim], policy: Policy, today: date) -> list[Evidence]:
    """The evidence of those claims whose sources the policy counts, including claims that it trusts by nothing."""
    return [
        Evidence(claim, _side(claim, policy), trust(claim, policy, today))
        for claim in claims
        if is_counted(knowledge, claim, policy)
    ]


def is_counted(knowledge: Knowledge, claim: Claim, policy: Policy) -> bool:
    """Whether the policy counts a claim of such sources at all."""
    return any(knowledge.sources[citation.id].kind in policy.counts for citation in claim.sources)


def trust(claim: Claim, policy: Policy, today: date) -> float:
    """The share of a claim's strength that counts: by its status, fading once its review is overdue."""
    share = policy.trust[claim.status]
    overdue = claim.days_overdue(today)
    if policy.stale is None or overdue == 0:
        return share
    return float(share * 0.5 ** (overdue / policy.stale.half_life_days))


def _side(claim: Claim, policy: Policy) -> Side:
    if claim.favours == "keras":
        return policy.keras_counts_for or "api"
    return "level" if claim.favours == "neither" else claim.favours
