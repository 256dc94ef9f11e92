"""The uncertainty that a question leaves while it is open.

How far an answer moves the margin differs little from one situation to the next, so one figure serves for all: the
root mean square over the question's options and over situations spread across the core questions. The page shows
beside it what each option would do in the situation at hand. Whoever leaves a question open has mostly nothing unusual
to say to it, so only a part of that, the rules' `open_share`, is taken as uncertain.
"""

from itertools import islice

import numpy as np
from numpy.typing import NDArray

from app.advice.model.batch_scoring import Scorer
from app.advice.model.core_space import core_space, masks_of
from app.advice.model.layout import Masks, with_option

Reals = NDArray[np.float64]
EVERY = 29
"""Every 29th core situation is taken: a prime step visits all options equally often."""


def typical_spreads(scorer: Scorer) -> Reals:
    """For each question one standard deviation of the margin while it is open; 0 for core questions."""
    situations = masks_of(scorer.layout, islice(core_space(scorer.knowledge), 0, None, EVERY))
    before = scorer.score(situations).margins
    found = np.zeros(len(scorer.layout.questions))
    for row, question in enumerate(scorer.layout.questions):
        if not question.core:
            answered = [with_option(situations, row, bit) for bit in range(len(question.options))]
            moved = scorer.score(np.hstack(answered)).margins - np.tile(before, len(answered))
            found[row] = scorer.knowledge.scoring.open_share * np.sqrt(np.mean(np.square(moved)))
    return found


def open_spreads(spreads: Reals, masks: Masks) -> Reals:
    """For each set one standard deviation of the margin that its open questions leave together."""
    variance: Reals = (spreads[:, None] ** 2 * (masks == 0)).sum(axis=0)
    return np.sqrt(variance)
