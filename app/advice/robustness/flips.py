"""Changes that give another recommendation: several answers together, or a weight."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from app.advice.model.batch_scoring import Scores
from app.advice.model.layout import Masks
from app.advice.robustness.changes import MaskChange, changes
from app.advice.robustness.situation import BATCH, Judge

MOST = 3
"""The largest number of changes in a set."""

Together = NDArray[np.intp]


@dataclass(frozen=True)
class FlipSet:
    """Changes that together give another recommendation."""

    changes: tuple[MaskChange, ...]
    side: int


def smallest_flips(judge: Judge, masks: Masks, now: int) -> list[FlipSet]:
    """The smallest sets of changes of different questions that give another recommendation, where no single one does.

    Sizes are tried in order, so the sets that are found are the smallest; none up to three changes gives an empty list.
    Each change is another option, none, one more or one fewer; with every exchange of one of several given options
    besides, rich answers would have millions of sets.
    """
    possible = changes(judge.scorer.layout, masks, small=True)
    for size in range(2, MOST + 1):
        found = [flip for batch in _batches(possible, size) for flip in _flips(judge, masks, possible, batch, now)]
        if found:
            return found
    return []


def _batches(possible: Sequence[MaskChange], size: int) -> Iterator[Together]:
    """Every choice of so many changes of different questions, as their places in `possible`, size x choices."""
    together = np.array(list(combinations(range(len(possible)), size)), np.intp).T
    rows = np.array([change.row for change in possible])[together]
    different = (rows[1:] != rows[:-1]).all(axis=0)  # changes of one question stand side by side
    together = together[:, different]
    return (together[:, start : start + BATCH] for start in range(0, together.shape[1], BATCH))


def _flips(
    judge: Judge, masks: Masks, possible: Sequence[MaskChange], together: Together, now: int
) -> Iterator[FlipSet]:
    rows = np.array([change.row for change in possible])[together]
    after = np.array([change.after for change in possible])[together]
    sets = np.repeat(masks, together.shape[1], axis=1)
    for row, mask in zip(rows, after, strict=True):
        sets[row, np.arange(together.shape[1])] = mask
    sides = judge.sides(sets)
    for at in np.flatnonzero(sides != now):
        yield FlipSet(tuple(possible[place] for place in together[:, at]), int(sides[at]))


def tipping_weights(scores: Scores, at: int = 0) -> NDArray[np.float64]:
    """For each criterion the weight at which the scores are level, the others in proportion; NaN where none is.

    With weight x on a criterion of difference d, and the rest at the margin r, the margin is x d + (1 - x) r. Beyond a
    tipping weight that is greater than the present one, and below one that is smaller, the other framework is ahead.
    """
    weights, differences = scores.weights[:, at], scores.differences[:, at]
    margin = float(scores.margins[at])
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = (margin - weights * differences) / (1 - weights)
        found = rest / (rest - differences)
        opposed = differences * rest < 0
    return np.where((weights > 0) & (weights < 1) & opposed, found, np.nan)
