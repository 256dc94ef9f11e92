"""Conditions on answers, for many answer sets at once.

The meaning is that of `app.knowledge.conditions`; the tests hold the two against each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.advice.model.layout import MASK, Layout, Masks
from app.knowledge.conditions import Condition, Term

Truths = NDArray[np.bool_]
Places = NDArray[np.intp]
NEVER = (0, 0, 0, 0)


@dataclass(frozen=True)
class Groups:
    """Members of groups, those of a group one after the other.

    `first`: the first member of each group. `further`: the groups that have a second member, and it; then those that
    have a third, and so on. Few groups have many, so that this is several times as fast as NumPy's `reduceat`.
    """

    first: Places
    further: tuple[tuple[Places, Places], ...]

    @staticmethod
    def of(sizes: Sequence[int]) -> "Groups":
        counts = np.array(sizes, np.intp)
        first = np.cumsum(counts) - counts
        larger = (np.flatnonzero(counts > place) for place in range(1, max(sizes, default=0)))
        return Groups(first, tuple((groups, first[groups] + place) for place, groups in enumerate(larger, 1)))

    def combined(self, by: np.ufunc, members: Truths) -> Truths:
        """Groups x sets: all members, members x sets, of a group combined."""
        found = members[self.first]
        for groups, places in self.further:
            found[groups] = by(found[groups], members[places])
        return found


@dataclass(frozen=True)
class ConditionTable:
    """The terms of conditions one after the other, those of an alternative in a group, and these of a condition.

    `rows`: the question of each term. `any`, `all`, `none`: its options as masks, terms x 1. `always`, conditions x 1:
    the conditions that hold whatever is answered; a term that never holds keeps their place.
    """

    rows: Places
    any: Masks
    all: Masks
    none: Masks
    alternatives: Groups
    conditions: Groups
    always: Truths

    @staticmethod
    def of(layout: Layout, conditions: Sequence[Condition]) -> "ConditionTable":
        alternatives = [alternative for condition in conditions for alternative in condition.alternatives]
        terms = [[_masks(layout, *term) for term in alternative.items()] or [NEVER] for alternative in alternatives]
        rows, *options = np.array([term for group in terms for term in group], MASK).reshape(-1, 4).T
        any_, all_, none = (masks[:, None] for masks in options)
        return ConditionTable(
            *(rows.astype(np.intp), any_, all_, none),
            alternatives=Groups.of([len(group) for group in terms]),
            conditions=Groups.of([len(condition.alternatives) for condition in conditions]),
            always=np.array([condition.always for condition in conditions], bool)[:, None],
        )

    def holds(self, masks: Masks) -> Truths:
        """Conditions x sets: whether one of a condition's alternatives holds with all of its terms.

        No term holds for a question without an answer.
        """
        given = masks[self.rows]
        terms = ((given & self.any) != 0) & ((given & self.all) == self.all) & ((given & self.none) == 0)
        alternatives = self.alternatives.combined(np.logical_and, terms)
        return self.conditions.combined(np.logical_or, alternatives) | self.always


def _masks(layout: Layout, question: str, term: Term) -> tuple[int, int, int, int]:
    """A term's row in the table. Without an `any`, every answer fits."""
    row = layout.rows[question]
    any_, all_, none = (
        layout.mask(question, options) for options in (term.any or layout.options_of[row], term.all, term.none)
    )
    return row, any_, all_, none
