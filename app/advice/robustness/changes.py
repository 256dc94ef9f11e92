"""Single changes of answers: every other answer to each question, one question at a time."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from app.advice.model.layout import Layout, Masks


@dataclass(frozen=True)
class MaskChange:
    """Another answer to one question, as masks; 0: no answer."""

    row: int
    before: int
    after: int


def changes(layout: Layout, masks: Masks, small: bool = False) -> list[MaskChange]:
    """Every single change of an answer set.

    What code there is stays as it is: nobody can answer that otherwise, and other code would be another project.

    Of a question with one answer: every other option, and none. Of a question with several: one option more, one
    fewer, or one exchanged for another. Core questions keep an answer.

    Args:
        small: whether exchanging one of several given options is left out: it is one fewer and one more.
    """
    return [
        MaskChange(row, int(masks[row, 0]), after)
        for row, question in enumerate(layout.questions)
        if not question.is_about_code
        for after in _others(len(question.options), question.kind, question.core, int(masks[row, 0]), small)
    ]


@lru_cache(maxsize=1024)
def _others(options: int, kind: Literal["one", "many"], required: bool, mask: int, small: bool) -> tuple[int, ...]:
    """The other answers to a question of so many options."""
    bits = [1 << bit for bit in range(options)]
    if kind == "one":
        none = [0] if mask and not required else []
        return (*(bit for bit in bits if bit != mask), *none)
    one_more_or_fewer = [mask ^ bit for bit in bits if mask ^ bit or not required]
    given = [bit for bit in bits if mask & bit]
    if small and len(given) > 1:
        return tuple(one_more_or_fewer)
    return (*one_more_or_fewer, *(mask ^ bit | other for bit in given for other in bits if not mask & other))


def changed(masks: Masks, rows: list[MaskChange]) -> Masks:
    """Questions x changes: the answer set after each change."""
    found = np.repeat(masks, len(rows), axis=1)
    for at, change in enumerate(rows):
        found[change.row, at] = change.after
    return found
