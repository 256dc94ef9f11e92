"""Intervals of rates and of ratios. Pure: numbers in, numbers out; a test compares them with SciPy's."""

import math
import random
import statistics
from collections.abc import Callable, Sequence

from app.runs.measuring.statistics import percentile

Interval = tuple[float, float]

RESAMPLES = 1000


def rate_interval(hits: int, trials: int) -> Interval:
    """The 95% interval of Clopper and Pearson for a rate: never too narrow, whatever the rate is.

    Source: Clopper and Pearson (1934), Biometrika 26, 404-413.
    """
    lower = 0.0 if hits == 0 else _solve(lambda p: _at_least(hits, trials, p) - 0.025)
    upper = 1.0 if hits == trials else _solve(lambda p: _at_least(hits + 1, trials, p) - 0.975)
    return lower, upper


def _at_least(hits: int, trials: int, rate: float) -> float:
    """The probability of at least that many hits."""
    return sum(math.comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(hits, trials + 1))


def _solve(rising: Callable[[float], float]) -> float:
    """Where a rising function of a rate is 0."""
    lower, upper = 0.0, 1.0
    for _ in range(60):
        middle = (lower + upper) / 2
        lower, upper = (middle, upper) if rising(middle) < 0 else (lower, middle)
    return (lower + upper) / 2


def mean_ratio(log_ratios: Sequence[float]) -> tuple[float, Interval | None]:
    """The geometric mean of ratios with its 95% t interval; None instead of it for a single ratio."""
    centre = statistics.fmean(log_ratios)
    if len(log_ratios) < 2:
        return math.exp(centre), None
    half = _t_975(len(log_ratios) - 1) * statistics.stdev(log_ratios) / math.sqrt(len(log_ratios))
    return math.exp(centre), (math.exp(centre - half), math.exp(centre + half))


def _t_975(freedom: int) -> float:
    from scipy import stats

    return float(stats.t.ppf(0.975, freedom))


def percentile_ratio(before: Sequence[float], after: Sequence[float], share: float) -> tuple[float, Interval]:
    """A percentile of `after` over that of `before`, with its 95% bootstrap interval; the same at each call."""
    stream = random.Random(f"{len(before)}/{len(after)}/{share}")
    drawn = sorted(
        percentile(stream.choices(after, k=len(after)), share)
        / percentile(stream.choices(before, k=len(before)), share)
        for _ in range(RESAMPLES)
    )
    ratio = percentile(after, share) / percentile(before, share)
    return ratio, (percentile(drawn, 0.025), percentile(drawn, 0.975))
