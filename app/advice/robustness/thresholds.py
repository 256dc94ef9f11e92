"""From the shares of plausible weightings that each framework wins to a recommendation and the word for it."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.advice.model.batch_scoring import Scores
from app.advice.robustness.acceptability import Acceptability, acceptability
from app.advice.robustness.agreement import dissents
from app.advice.robustness.samples import Samples
from app.knowledge.models import Scoring

Reals = NDArray[np.float64]
Strength = Literal["strong", "leaning", "either"]
STEPS: tuple[Strength, ...] = ("either", "leaning", "strong")
ROUNDING = 1e-12
GUARD = 0.02
"""An expected share further than this from a threshold is certainly on its side of it."""


def step(scoring: Scoring, share: float, lowered: bool, thin: bool = False) -> int:
    """The strength of a share of samples, as an index into STEPS.

    One less where another method disagrees, and no more than leaning where too little is known.
    """
    reached = sum(share + ROUNDING >= threshold for threshold in (scoring.leaning, scoring.strong))
    return min(max(reached - lowered, 0), STEPS.index("leaning") if thin else len(STEPS))


def side(scoring: Scoring, won: Acceptability, lowered: bool) -> int:
    """The recommended side: 1 PyTorch, -1 TensorFlow, 0 either."""
    if not step(scoring, max(won.pytorch, won.tensorflow), lowered):
        return 0
    return 1 if won.pytorch > won.tensorflow else -1


def sides(scores: Scores, open_spreads: Reals, leads: Reals, samples: Samples, scoring: Scoring) -> NDArray[np.int8]:
    """The recommended side of each set. Only sets near a threshold need the samples.

    Args:
        leads: the expected ones, of `app.advice.robustness.quick_estimate`.
    """
    by_scores = _sides_by_scores(scores, open_spreads, leads, samples, scoring)
    more = 0.5 + np.abs(leads)
    strongly = more + ROUNDING >= scoring.strong
    for at in np.flatnonzero(staying(scores) & scores.code.easy & (np.abs(more - scoring.strong) < GUARD)):
        won = acceptability(scores, int(at), float(open_spreads[at]), samples)
        strongly[at] = max(won.pytorch, won.tensorflow) + ROUNDING >= scoring.strong
    return np.where(staying(scores) & ~moves(scores, by_scores, strongly), scores.code.keeps, by_scores)


def staying(scores: Scores) -> NDArray[np.bool_]:
    """For each set whether there is code to stay with and no hard constraint decides."""
    found: NDArray[np.bool_] = scores.code.code & (scores.required == 0) & ~scores.conflicting
    return found


def moves(scores: Scores, by_scores: NDArray[np.int8], strongly: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """For each set with code whether moving is worth it: the other framework wins strongly, and little ties it down."""
    keeps = scores.code.keeps
    found: NDArray[np.bool_] = scores.code.easy & strongly & ~scores.thin & (keeps != 0) & (by_scores == -keeps)
    return found


def _sides_by_scores(
    scores: Scores, open_spreads: Reals, leads: Reals, samples: Samples, scoring: Scoring
) -> NDArray[np.int8]:
    """The side that the scores recommend for each set, whatever code there is."""
    lowered = lowers(scores)
    more = 0.5 + np.abs(leads)
    needed = np.where(lowered, scoring.strong, scoring.leaning)
    found = np.where(more + ROUNDING >= needed, np.where(leads > 0, 1, -1), 0).astype(np.int8)
    for at in np.flatnonzero((np.abs(more - needed) < GUARD) & (scores.required == 0)):
        won = acceptability(scores, int(at), float(open_spreads[at]), samples)
        found[at] = side(scoring, won, bool(lowered[at]))
    return found


def lowers(scores: Scores) -> NDArray[np.bool_]:
    """For each set whether another method prefers the other framework; never where a constraint decides."""
    doubted = np.logical_or.reduce(list(dissents(scores).values()))
    lowered: NDArray[np.bool_] = doubted & (scores.required == 0) & ~scores.conflicting
    return lowered
