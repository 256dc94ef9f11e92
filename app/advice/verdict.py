"""From scores and hard constraints to a recommendation and the word for its strength."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.advice.evidence import is_counted, trust
from app.advice.scoring import Scored
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.models import Constraint, Framework, Policy, Scoring

Recommendation = Literal["pytorch", "tensorflow", "either"]
Strength = Literal["strong", "leaning", "either"]
ROUNDING = 1e-12
"""More than the sums of a score can be off, and far less than a margin that means anything."""

DecidedBy = Literal["scores", "constraint", "conflicting_constraints"]


@dataclass(frozen=True)
class Verdict:
    """The recommendation, how strongly it is meant, and what decided it."""

    recommendation: Recommendation
    strength: Strength
    decided_by: DecidedBy


def verdict(scoring: Scoring, scored: Scored, constraints: Sequence[Constraint]) -> Verdict:
    """Constraints decide before scores; constraints that contradict each other leave no single framework."""
    required: set[Framework] = {constraint.requires for constraint in constraints}
    if len(required) == 1:
        return Verdict(required.pop(), "strong", "constraint")
    if required:
        return Verdict("either", "either", "conflicting_constraints")
    return _by_margin(scoring, scored.margin)


def _by_margin(scoring: Scoring, margin: float) -> Verdict:
    """A margin of exactly a threshold reaches it, also when it was rounded below it."""
    size = abs(margin) + ROUNDING
    if size < scoring.leaning:
        return Verdict("either", "either", "scores")
    strength: Strength = "strong" if size >= scoring.strong else "leaning"
    return Verdict("pytorch" if margin > 0 else "tensorflow", strength, "scores")


def standing_constraints(knowledge: Knowledge, chosen: Chosen, policy: Policy, today: date) -> list[Constraint]:
    """The constraints that the answers call up and whose claim is trusted enough under the policy."""
    return [
        constraint
        for constraint in knowledge.constraints.values()
        if constraint.when.holds(chosen)
        and is_counted(knowledge, knowledge.claims[constraint.claim], policy)
        and trust(knowledge.claims[constraint.claim], policy, today) >= knowledge.scoring.constraint_trust
    ]
