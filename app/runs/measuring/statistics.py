"""Medians, intervals and verdicts. Pure: numbers in, numbers out; a second implementation in the tests checks it.

The unit of replication is the pair of fresh processes, since between blocks of one process the spread is far smaller
than between processes: a comparison takes the median log ratio of each pair and a t interval over the pairs.
"""

import math
import statistics
from collections.abc import Sequence
from math import comb

from app.runs.models import ComparisonVerdict

Interval = tuple[float, float]

T_975 = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788)
"""Student's t, 97.5% quantile, for 1 to 12 degrees of freedom; a test compares them with SciPy's."""


def interquartile_range(values: Sequence[float]) -> float:
    """The distance between the quartiles (inclusive method); 0 for a single value."""
    if len(values) < 2:
        return 0.0
    lower, _, upper = statistics.quantiles(values, n=4, method="inclusive")
    return upper - lower


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def mean_interval(values: Sequence[float]) -> Interval:
    """The 95% t interval of the mean. Needs 2 to 13 values."""
    centre = statistics.fmean(values)
    half = T_975[len(values) - 2] * statistics.stdev(values) / math.sqrt(len(values))
    return centre - half, centre + half


def median_interval(values: Sequence[float]) -> Interval | None:
    """The narrowest symmetric pair of order statistics that holds the median with at least 95%; None below six values.

    Source: the sign test, inverted; the coverage of (x_(k), x_(n+1-k)) is 1 - 2 P(B < k), B binomial(n, 1/2).
    """
    ordered, n = sorted(values), len(values)
    rank = 1
    if _coverage(n, rank) < 0.95:
        return None
    while rank + 1 <= n // 2 and _coverage(n, rank + 1) >= 0.95:
        rank += 1
    return ordered[rank - 1], ordered[n - rank]


def _coverage(n: int, rank: int) -> float:
    return 1 - 2 * sum(comb(n, i) for i in range(rank)) / 2.0**n


def arm_interval(by_pair: Sequence[Sequence[float]]) -> Interval | None:
    """The 95% interval of an arm's median: over the pairs' medians, or over the samples when there is one pair."""
    if len(by_pair) > 1:
        lower, upper = mean_interval([statistics.median(samples) for samples in by_pair])
        return max(lower, 0.0), upper
    return median_interval(by_pair[0])


def log_ratios(first: Sequence[float], second: Sequence[float]) -> list[float]:
    """The log of second over first, round by round."""
    return [math.log(b / a) for a, b in zip(first, second, strict=True)]


def log_interval(pair_log_ratios: Sequence[float], rounds: Sequence[float]) -> Interval | None:
    """The 95% interval of the log ratio: over pairs; or over one pair's rounds, silent on other processes."""
    return mean_interval(pair_log_ratios) if len(pair_log_ratios) > 1 else median_interval(rounds)


def judge(
    interval: Interval | None, delta: float, faster: tuple[ComparisonVerdict, ComparisonVerdict]
) -> ComparisonVerdict:
    """The verdict for an interval of the log ratio of the second arm's time to the first's.

    Args:
        faster: what to say when the first, or the second, is the faster one.
    """
    if interval is None:
        return "inconclusive"
    lower, upper = interval
    edge = math.log1p(delta)
    if lower > edge:
        return faster[0]
    if upper < -edge:
        return faster[1]
    return "no_difference" if -edge <= lower and upper <= edge else "inconclusive"


def scaling_exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """The slope of log time over log size, by least squares."""
    return statistics.linear_regression([math.log(n) for n in sizes], [math.log(t) for t in times]).slope
