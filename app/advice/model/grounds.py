"""Whether enough is known of a situation for a strong word, for many answer sets at once.

A word is no stronger than "leaning" where fewer criteria than the rules ask for take part, or where no evidence is
about the answer to the question that the rules name: what kind of data a project has.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.advice.model.condition_table import ConditionTable, Truths
from app.advice.model.layout import Layout, Masks
from app.knowledge.conditions import Condition
from app.knowledge.models import Claim, Grounds

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class GroundsTable:
    """The claims that are about the question, compiled. `rows`: their places among all claims."""

    fewest: int
    rows: NDArray[np.intp]
    conditions: ConditionTable

    @staticmethod
    def of(layout: Layout, grounds: Grounds | None, claims: Sequence[Claim]) -> "GroundsTable | None":
        """The table for the claims of a scorer; None where the rules ask for no grounds."""
        if grounds is None:
            return None
        about = {row: part for row, claim in enumerate(claims) if (part := about_question(claim, grounds.about))}
        return GroundsTable(
            grounds.criteria, np.array(list(about), np.intp), ConditionTable.of(layout, list(about.values()))
        )

    def thin(self, about: Truths, evidence: Truths, weights: Reals) -> Truths:
        """For each set whether too little is known.

        Args:
            about: `conditions` for the sets.
            evidence: claims x sets, which claims are about the situation.
            weights: criteria x sets.
        """
        spoken = (about & evidence[self.rows]).any(axis=0)
        found: Truths = (np.count_nonzero(weights, axis=0) < self.fewest) | ~spoken
        return found

    def about(self, masks: Masks) -> Truths:
        """Claims of the table x sets: whether a claim holds by what it says of the question's answer."""
        return self.conditions.holds(masks)


def about_question(claim: Claim, question: str) -> Condition | None:
    """The alternatives of a claim's condition that name a question; None where none does."""
    alternatives = claim.matters_when.alternatives if claim.matters_when else ()
    named = tuple(alternative for alternative in alternatives if question in alternative)
    return Condition.model_construct(alternatives=named) if named else None
