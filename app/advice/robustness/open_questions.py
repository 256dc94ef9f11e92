"""What a question leaves uncertain while it is open.

How far an answer moves the margin differs little from one situation to the next, so one figure serves for all: the
root mean square over the question's options and over situations spread across the core questions. The page shows
beside it what each option would do in the situation at hand. Whoever leaves a question open has mostly nothing unusual
to say to it, so only a part of that, the rules' `open_share`, is taken as uncertain.
"""

from collections.abc import Iterator
from itertools import islice, product

import numpy as np
from numpy.typing import NDArray

from app.advice.batch.layout import Masks
from app.advice.batch.scoring import Scorer

Reals = NDArray[np.float64]
EVERY = 29
"""Of the core situations every so many is taken: a prime, so that the steps fall on all options alike."""


def typical_spreads(scorer: Scorer) -> Reals:
    """Questions: one standard deviation of the margin while the question is open; 0 for core ones, which never are."""
    situations = np.hstack(list(islice(core_situations(scorer), 0, None, EVERY)))
    before = scorer.score(situations).margins
    found = np.zeros(len(scorer.layout.questions))
    for row, question in enumerate(scorer.layout.questions):
        if not question.core:
            moved = [scorer.score(_with(situations, row, bit)).margins - before for bit in range(len(question.options))]
            found[row] = scorer.knowledge.scoring.open_share * np.sqrt(np.mean(np.square(moved)))
    return found


def open_spreads(spreads: Reals, masks: Masks) -> Reals:
    """For each set one standard deviation of the margin that its open questions leave together."""
    variance: Reals = (spreads[:, None] ** 2 * (masks == 0)).sum(axis=0)
    return np.sqrt(variance)


def core_situations(scorer: Scorer) -> Iterator[Masks]:
    """Every answer set of one option for each core question and nothing else, questions x 1."""
    core = [question for question in scorer.layout.questions if question.core]
    for options in product(*(question.option_ids for question in core)):
        yield scorer.layout.masks({q.id: frozenset([option]) for q, option in zip(core, options, strict=True)})


def _with(masks: Masks, row: int, bit: int) -> Masks:
    changed = masks.copy()
    changed[row] = 1 << bit
    return changed
