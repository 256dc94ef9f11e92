"""From acceptability and hard constraints to a recommendation and the word for its strength."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.advice.model.evidence import is_trusted
from app.advice.robustness.acceptability import Acceptability
from app.advice.robustness.thresholds import ROUNDING, STEPS, Strength, side, step
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.models import Constraint, Framework, Policy, Scoring

Choice = Literal["pytorch", "tensorflow", "either"]
CHOICES: dict[int, Choice] = {1: "pytorch", -1: "tensorflow", 0: "either"}
DecidedBy = Literal["scores", "constraint", "conflicting_constraints", "staying"]


@dataclass(frozen=True)
class Recommendation:
    """The recommended framework, the strength, and the reason: scores, constraints, or the code that there is."""

    choice: Choice
    strength: Strength
    decided_by: DecidedBy


def recommend(
    scoring: Scoring,
    won: Acceptability,
    lowered: bool,
    constraints: Sequence[Constraint],
    keeps: int | None = None,
    easy: bool = False,
    thin: bool = False,
) -> Recommendation:
    """Constraints decide before scores; constraints that contradict each other leave no single framework.

    A project with code stays with it, unless a constraint asks for the other framework, or the other one wins strongly
    and little ties the project down.

    Args:
        won: the shares of plausible weightings that each framework wins.
        lowered: whether another way of adding up prefers the other framework.
        keeps: the side of the code that there is: 1 PyTorch, -1 TensorFlow, 0 either; None without code.
        easy: whether little ties the project to its code.
        thin: whether too little is known for a strong word.
    """
    required: set[Framework] = {constraint.requires for constraint in constraints}
    if len(required) == 1:
        return Recommendation(required.pop(), "strong", "constraint")
    if required:
        return Recommendation("either", "either", "conflicting_constraints")
    share = max(won.pytorch, won.tensorflow)
    by_scores, strength = side(scoring, won, lowered), STEPS[step(scoring, share, lowered, thin)]
    if keeps is None or keeps == by_scores:
        return Recommendation(CHOICES[by_scores], strength, "scores")
    if easy and not thin and keeps != 0 and by_scores == -keeps and share + ROUNDING >= scoring.strong:
        return Recommendation(CHOICES[by_scores], strength, "scores")
    return Recommendation(CHOICES[keeps], "leaning" if keeps else "either", "staying")


def standing_constraints(knowledge: Knowledge, chosen: Chosen, policy: Policy, today: date) -> list[Constraint]:
    """The constraints that fit the answers, and with a claim that the policy trusts enough."""
    return [
        constraint
        for constraint in knowledge.hard_constraints
        if constraint.when.holds(chosen) and is_trusted(knowledge, constraint, policy, today)
    ]
