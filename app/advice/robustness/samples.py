"""Plausible weightings and evidence, drawn once: the samples by which an advice is tried.

Stochastic multicriteria acceptability analysis (Lahdelma, Hokkanen and Salminen, SMAA, European Journal of Operational
Research 106, 1998) asks under which share of the plausible weightings an alternative wins. Of two alternatives PyTorch
wins where sum(E w d) > 0, with stated weights w, differences of score d, and factors E that say how far off the weights
may be: one product of a vector with a matrix.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import exp, log
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.knowledge.models import Scoring

Draws = NDArray[np.float32]
Family = Literal["stated", "any"]
"""Weights around the stated ones, or any weights, all equally likely."""

NORMAL_95 = 1.959963984540054
"""Within so many standard deviations lie 95% of a normal distribution."""


@dataclass(frozen=True)
class Moments:
    """The expected first to fourth power of a factor."""

    first: float
    second: float
    third: float
    fourth: float


@dataclass(frozen=True)
class Samples:
    """Draws: `factors` multiply weights, criteria x samples, and `squares` are their squares. `noise`, the size of one
    standard normal number for each sample, is for all else that is uncertain: given the factors, what is uncertain in
    evidence and in open questions adds up to one normal distribution.
    """

    factors: Draws
    squares: Draws
    noise: Draws
    moments: Moments

    @property
    def count(self) -> int:
        return int(self.factors.shape[1])


@lru_cache(maxsize=8)
def draw(criteria: int, samples: int, seed: int, factor: float, family: Family) -> Samples:
    """The samples for a number of criteria; the same arguments give the same ones.

    For `stated` the factors are log-normal with median 1, and 95% of them lie between 1 / factor and factor. For `any`
    they are exponential: of exponential variables, taken in relation to their sum, every weighting is equally likely.
    """
    random = np.random.default_rng(seed)
    shape = (criteria, samples)
    spread = log(factor) / NORMAL_95
    if family == "stated":
        factors = np.exp(random.standard_normal(shape) * spread)
        moments = Moments(*(exp(power**2 * spread**2 / 2) for power in range(1, 5)))
    else:
        factors, moments = random.standard_exponential(shape), Moments(1.0, 2.0, 6.0, 24.0)
    return Samples(
        factors=factors.astype(np.float32),
        squares=(factors**2).astype(np.float32),
        noise=np.abs(random.standard_normal(samples)).astype(np.float32),
        moments=moments,
    )


def samples_for(scoring: Scoring, criteria: int, family: Family = "stated") -> Samples:
    """The samples that the rules ask for."""
    return draw(criteria, scoring.samples, scoring.seed, scoring.weight_factor, family)
