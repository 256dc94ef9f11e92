"""95% intervals of rates and of ratios, by SciPy."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Interval = tuple[float, float]


def rate_interval(hits: int, trials: int) -> Interval:
    """The interval of Clopper and Pearson for a rate: never too narrow, at any rate.

    Source: Clopper and Pearson (1934), Biometrika 26, 404-413.
    """
    from scipy import stats

    found = stats.binomtest(hits, trials).proportion_ci(method="exact")
    return float(found.low), float(found.high)


def mean_ratio(log_ratios: Sequence[float]) -> tuple[float, Interval | None]:
    """The geometric mean of ratios with its t interval; None instead of it for a single ratio."""
    from scipy import stats

    centre = float(np.mean(log_ratios))
    if len(log_ratios) < 2:
        return math.exp(centre), None
    half = float(stats.t.ppf(0.975, len(log_ratios) - 1) * stats.sem(log_ratios))
    return math.exp(centre), (math.exp(centre - half), math.exp(centre + half))


def percentile_ratio(before: Sequence[float], after: Sequence[float], share: float) -> tuple[float, Interval]:
    """A percentile of `after` over that of `before`, with its bootstrap interval; the same at each call."""
    from scipy import stats

    def ratio(before: NDArray[np.float64], after: NDArray[np.float64], axis: int = -1) -> NDArray[np.float64]:
        above, below = (np.quantile(one, share, axis=axis, method="inverted_cdf") for one in (after, before))
        return above / below

    found = stats.bootstrap((before, after), ratio, method="percentile", n_resamples=1000, rng=0).confidence_interval
    return float(ratio(np.asarray(before), np.asarray(after))), (float(found.low), float(found.high))
