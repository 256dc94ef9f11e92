"""The code that a project has, for many answer sets at once: what staying recommends, and how much ties it down."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.advice.model.condition_table import Truths
from app.advice.model.layout import Layout, Masks

SIDES = {"pytorch": 1, "tensorflow": -1, "either": 0}


@dataclass(frozen=True)
class Code:
    """For each set: whether there is `code`; the side of it in `keeps`, 1 PyTorch, -1 TensorFlow, 0 either; whether
    it is `easy` to move.
    """

    code: Truths
    keeps: NDArray[np.int8]
    easy: Truths

    def and_then(self, others: "Code") -> "Code":
        """The code of these sets and of others."""
        return Code(
            np.concatenate([self.code, others.code]),
            np.concatenate([self.keeps, others.keeps]),
            np.concatenate([self.easy, others.easy]),
        )

    def repeated(self, at: int, times: int) -> "Code":
        """The code of one of the sets, several times."""
        return Code(np.repeat(self.code[at], times), np.repeat(self.keeps[at], times), np.repeat(self.easy[at], times))


@dataclass(frozen=True)
class CodeTable:
    """Where options speak of code: (row, mask) of each, with the side that it keeps."""

    kept: tuple[tuple[int, int, int], ...]
    easy: tuple[tuple[int, int], ...]

    @staticmethod
    def of(layout: Layout) -> "CodeTable":
        options = [
            (row, 1 << bit, option)
            for row, question in enumerate(layout.questions)
            for bit, option in enumerate(question.options)
        ]
        return CodeTable(
            tuple((row, mask, SIDES[option.keeps]) for row, mask, option in options if option.keeps is not None),
            tuple((row, mask) for row, mask, option in options if option.easy_to_move),
        )

    def read(self, masks: Masks) -> Code:
        """The code of answer sets, questions x sets."""
        code, easy = np.zeros(masks.shape[1], bool), np.zeros(masks.shape[1], bool)
        keeps = np.zeros(masks.shape[1], np.int8)
        for row, mask, side in self.kept:
            chosen = masks[row] & mask != 0
            code |= chosen
            keeps[chosen] = side
        for row, mask in self.easy:
            easy |= masks[row] & mask != 0
        return Code(code, keeps, easy)
