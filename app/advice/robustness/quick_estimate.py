"""Acceptability without samples: a quick estimate from the moments of the margin, for hundreds of sets at once."""

import math

import numpy as np
from numpy.typing import NDArray

from app.advice.model.batch_scoring import Scores
from app.advice.robustness.samples import Moments

Reals = NDArray[np.float64]


def expected_leads(scores: Scores, open_spreads: Reals, moments: Moments) -> Reals:
    """For each set PyTorch's share less half, -0.5 to 0.5, about.

    An Edgeworth series up to the fourth cumulant (Cramér, Mathematical Methods of Statistics, 1946, 17.7): normal, and
    corrected for how lopsided and how heavy-tailed margins are. It is off by 0.022 at most, and by half of that where
    shares are near the threshold of a recommendation; the tests hold that over the whole core answer space.

    Args:
        moments: of the factors by which weights may be off.
    """
    mean, variance, third, fourth = _cumulants(scores, open_spreads, moments)
    variance = np.where(variance > 0, variance, 1.0)
    spread = np.sqrt(variance)
    x, skewness, excess = mean / spread, third / (variance * spread), fourth / (variance * variance)
    square = x * x
    lopsided = skewness / 6 * (square - 1)
    heavy = x * (excess / 24 * (square - 3) + skewness * skewness / 72 * ((square - 10) * square + 15))
    density = np.exp(square / -2) / math.sqrt(2 * math.pi)
    leads = np.clip(_normal_lead(x) + density * (lopsided - heavy), -0.5, 0.5)
    found = np.where(scores.required != 0, 0.5 * scores.required, leads)
    return np.where(scores.conflicting, 0.0, found)


def _cumulants(scores: Scores, open_spreads: Reals, moments: Moments) -> tuple[Reals, Reals, Reals, Reals]:
    """Mean, variance, third and fourth cumulant of each set's margin, sum of E (a + b Z) and the open questions.

    E is a factor and Z standard normal, both independent for each criterion; a is what the criterion says, b by how
    much that is uncertain. Cumulants of independent summands add up.
    """
    a, b = scores.weights * scores.differences, (scores.weights * scores.spreads) ** 2
    squared = a * a
    first = moments.first * a
    second = moments.second * (squared + b)
    third = moments.third * a * (squared + 3 * b)
    fourth = moments.fourth * (squared * (squared + 6 * b) + 3 * b * b)
    first_squared = first * first
    variances = second - first_squared
    lopsided = third - first * (3 * second - 2 * first_squared)
    heavy = fourth - 4 * third * first - 3 * second * second + first_squared * (12 * second - 6 * first_squared)
    return first.sum(axis=0), variances.sum(axis=0) + open_spreads**2, lopsided.sum(axis=0), heavy.sum(axis=0)


def _normal_lead(x: Reals) -> Reals:
    """The standard normal distribution function less half: odd, so both frameworks' leads agree to the last bit."""
    return np.fromiter(map(math.erf, (x / math.sqrt(2)).tolist()), np.float64, len(x)) / 2
