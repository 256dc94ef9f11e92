"""Answers as numbers: one row for each question, one bit for each of its options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.models import Question

MASK = np.int32
"""32 bits: enough for 31 options, and half the memory of NumPy's default."""

Masks = NDArray[MASK]
"""Answer sets, questions x sets: the sum of 2**i over the chosen options i of a question; 0 where it is open."""


def with_option(masks: Masks, row: int, bit: int) -> Masks:
    """The answer sets with one option of a question for its answer."""
    changed = masks.copy()
    changed[row] = 1 << bit
    return changed


@dataclass(frozen=True)
class Layout:
    """Which row a question has, and which bit an option: its place among the `options_of` the row."""

    questions: tuple[Question, ...]
    rows: Mapping[str, int]
    options_of: tuple[tuple[str, ...], ...]

    @staticmethod
    def of(knowledge: Knowledge) -> "Layout":
        questions = tuple(knowledge.questions.values())
        rows = {question.id: row for row, question in enumerate(questions)}
        return Layout(questions, rows, tuple(question.option_ids for question in questions))

    def mask(self, question: str, options: Sequence[str] | frozenset[str]) -> int:
        """The options of one question as a number."""
        ids = self.options_of[self.rows[question]]
        return sum(1 << ids.index(option) for option in options)

    def masks(self, chosen: Chosen) -> Masks:
        """One answer set, questions x 1."""
        found = np.zeros((len(self.questions), 1), MASK)
        for question, options in chosen.items():
            found[self.rows[question], 0] = self.mask(question, options)
        return found

    def options(self, row: int, mask: int) -> tuple[str, ...]:
        """The options in a mask."""
        return tuple(id for bit, id in enumerate(self.options_of[row]) if mask >> bit & 1)
