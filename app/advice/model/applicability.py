"""Which claims are about a situation, for many answer sets at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.advice.model.condition_table import ConditionTable, Truths
from app.advice.model.layout import Layout, Masks
from app.knowledge.models import Claim


@dataclass(frozen=True)
class Applicability:
    """Claims with their conditions. `excepted`: the rows of those that have an `unless`."""

    when: ConditionTable
    unless: ConditionTable
    excepted: tuple[int, ...]

    @staticmethod
    def of(layout: Layout, claims: Sequence[Claim]) -> "Applicability":
        """The table of claims that may count; background claims are about no situation and must not be among them."""
        exceptions = {row: claim.unless for row, claim in enumerate(claims) if claim.unless is not None}
        return Applicability(
            ConditionTable.of(layout, [claim.matters_when for claim in claims if claim.matters_when is not None]),
            ConditionTable.of(layout, list(exceptions.values())),
            tuple(exceptions),
        )

    def holds(self, masks: Masks) -> Truths:
        """Claims x sets: whether a claim is about the situation."""
        applying = self.when.holds(masks)
        applying[list(self.excepted)] &= ~self.unless.holds(masks)
        return applying
