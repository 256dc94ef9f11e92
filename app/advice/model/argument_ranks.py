"""The strongest statement of each argument, for many answer sets at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.advice.model.condition_table import Truths
from app.advice.model.evidence import Evidence

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class ArgumentRanks:
    """Pieces of evidence, ranked within their argument and side.

    Attributes:
        first: the row of the strongest piece of each group that has more than one.
        ranks: for each rank from the second on, the rows of the pieces that have it, and the groups that they are in.
    """

    first: Rows
    ranks: tuple[tuple[Rows, Rows], ...]

    @staticmethod
    def of(evidence: Sequence[Evidence]) -> "ArgumentRanks":
        """The ranks of pieces; of equally strong ones the first is the stronger."""
        found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for row, piece in enumerate(evidence):
            found[piece.argument, piece.side].append(row)
        groups = [sorted(rows, key=lambda row: -evidence[row].amount) for rows in found.values() if len(rows) > 1]
        longest = max(map(len, groups), default=1)
        ranks = (
            [(group[rank], number) for number, group in enumerate(groups) if len(group) > rank]
            for rank in range(1, longest)
        )
        return ArgumentRanks(
            np.array([group[0] for group in groups], np.intp),
            tuple((np.array([row for row, _ in pairs]), np.array([group for _, group in pairs])) for pairs in ranks),
        )

    def strongest(self, applying: Truths) -> Truths:
        """Pieces x sets: which of the applying pieces are the strongest of their argument and side that apply."""
        counting = applying.copy()
        taken = applying[self.first]
        for rows, groups in self.ranks:
            counting[rows] &= ~taken[groups]
            taken[groups] |= applying[rows]
        return counting
