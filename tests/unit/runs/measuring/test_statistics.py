"""The statistics against SciPy, NumPy and brute force."""

import itertools
import math
import statistics as plain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from app.runs.measuring.statistics import (
    T_975,
    Interval,
    arm_interval,
    interquartile_range,
    judge,
    log_interval,
    log_ratios,
    mean_interval,
    median_interval,
    percentile,
    scaling_exponent,
)
from app.runs.models import ComparisonVerdict
from tests.support.sizes import size

PROPERTY = settings(max_examples=size(100, 300), deadline=None, derandomize=True, database=None)

FASTER: tuple[ComparisonVerdict, ComparisonVerdict] = ("pytorch_faster", "tensorflow_faster")
MIRROR: dict[ComparisonVerdict, ComparisonVerdict] = {
    "pytorch_faster": "tensorflow_faster",
    "tensorflow_faster": "pytorch_faster",
}

times = st.floats(1e-9, 1e3)
logs = st.floats(-2, 2)
deltas = st.floats(0, 1)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    lower, upper = sorted((draw(logs), draw(logs)))
    return lower, upper


def test_quantiles_of_t_are_those_of_scipy() -> None:
    exact = [stats.t.ppf(0.975, freedom) for freedom in range(1, len(T_975) + 1)]
    assert pytest.approx(exact, abs=5e-5) == T_975


@PROPERTY
@given(st.lists(logs, min_size=2, max_size=13))
def test_interval_of_a_mean_is_that_of_scipy(values: list[float]) -> None:
    mean, error = np.mean(values), stats.sem(values)
    half = stats.t.ppf(0.975, len(values) - 1) * error
    assert mean_interval(values) == pytest.approx((mean - half, mean + half), rel=1e-4, abs=1e-4 * half + 1e-12)


def test_interval_of_a_mean_covers_its_mean_in_95_of_100_samples() -> None:
    rng = np.random.default_rng(1)
    found = [mean_interval(sample) for sample in rng.standard_normal((4000, 3)).tolist()]
    assert np.mean([lower <= 0 <= upper for lower, upper in found]) == pytest.approx(0.95, abs=0.012)


@pytest.mark.parametrize("n", range(1, 6))
def test_no_interval_of_a_median_from_fewer_than_six_values(n: int) -> None:
    assert median_interval(list(range(n))) is None


@pytest.mark.parametrize("n", [6, 7, 8, 9, 10, 11, 12, 20, 30, 50, 101, 200, 999])
def test_interval_of_a_median_is_the_narrowest_that_the_binomial_allows(n: int) -> None:
    found = median_interval([float(value) for value in range(1, n + 1)])
    assert found is not None
    rank = int(found[0])
    assert found[1] == n + 1 - rank
    assert 1 - 2 * stats.binom.cdf(rank - 1, n, 0.5) >= 0.95
    assert 2 * (rank + 1) > n + 1 or 1 - 2 * stats.binom.cdf(rank, n, 0.5) < 0.95


@pytest.mark.parametrize("n", range(6, 15))
def test_interval_of_a_median_covers_it_as_counted_by_hand(n: int) -> None:
    """Each value lies below the median or above it, with equal chances: all cases, one by one."""
    found = median_interval([float(value) for value in range(1, n + 1)])
    assert found is not None

    def coverage(rank: int) -> float:
        below = [sum(case) for case in itertools.product((0, 1), repeat=n)]
        return sum(rank <= count <= n - rank for count in below) / len(below)

    assert coverage(int(found[0])) >= 0.95
    assert coverage(int(found[0]) + 1) < 0.95


@PROPERTY
@given(st.lists(times, min_size=6, max_size=60))
def test_interval_of_a_median_holds_the_median_and_ignores_the_order(values: list[float]) -> None:
    found = median_interval(values)
    assert found is not None
    assert found[0] <= plain.median(values) <= found[1]
    assert found == median_interval(sorted(values, reverse=True))


@PROPERTY
@given(st.lists(times, min_size=1, max_size=60))
def test_interquartile_range_is_that_of_numpy(values: list[float]) -> None:
    lower, upper = np.percentile(values, [25, 75])
    assert interquartile_range(values) == pytest.approx(upper - lower, rel=1e-9, abs=1e-12 * max(values))


@PROPERTY
@given(st.lists(times, min_size=1, max_size=250), st.sampled_from([0.5, 0.95, 0.99, 1.0]))
def test_percentile_is_the_inverted_distribution_of_numpy(values: list[float], share: float) -> None:
    assert percentile(values, share) == np.percentile(values, 100 * share, method="inverted_cdf")


@pytest.mark.parametrize("percent", [50, 95, 99])
def test_percentile_is_exact_at_every_number_of_calls(percent: int) -> None:
    """In whole numbers: the smallest rank of which a hundred fold is at least `percent` times the count."""
    for n in range(1, 1401):
        assert percentile(range(1, n + 1), percent / 100) == -(-percent * n // 100), n


@PROPERTY
@given(st.lists(st.lists(times, min_size=1, max_size=12), min_size=1, max_size=7))
def test_interval_of_an_arm_is_over_the_pairs_or_over_the_samples_of_one(by_pair: list[list[float]]) -> None:
    found = arm_interval(by_pair)
    if len(by_pair) == 1:
        assert found == median_interval(by_pair[0])
        return
    medians = [float(np.median(samples)) for samples in by_pair]
    assert found is not None
    lower, upper = mean_interval(medians)
    assert found == pytest.approx((max(lower, 0), upper))
    assert found[0] >= 0


@PROPERTY
@given(st.lists(st.tuples(times, times), min_size=1, max_size=20))
def test_log_ratios_change_their_sign_with_the_arms(rounds: list[tuple[float, float]]) -> None:
    first, second = [a for a, _ in rounds], [b for _, b in rounds]
    assert log_ratios(first, second) == pytest.approx([-ratio for ratio in log_ratios(second, first)])
    assert np.exp(log_ratios(first, second)) == pytest.approx(np.array(second) / np.array(first))


def test_log_ratios_need_both_arms_in_every_round() -> None:
    with pytest.raises(ValueError, match="shorter"):
        log_ratios([1.0, 1.0], [1.0])


def test_interval_of_the_log_ratio_rests_on_the_pairs_where_there_are_several() -> None:
    rounds = [float(value) for value in range(8)]
    assert log_interval([0.1, 0.2, 0.3], rounds) == mean_interval([0.1, 0.2, 0.3])
    assert log_interval([0.1], rounds) == median_interval(rounds) == (0.0, 7.0)
    assert log_interval([0.1], rounds[:2]) is None


@PROPERTY
@given(intervals(), deltas)
def test_swapping_the_arms_mirrors_the_verdict(interval: Interval, delta: float) -> None:
    swapped = (-interval[1], -interval[0])
    verdict = judge(interval, delta, FASTER)
    assert judge(swapped, delta, FASTER) == MIRROR.get(verdict, verdict)


@PROPERTY
@given(intervals(), deltas, deltas)
def test_a_larger_delta_never_makes_a_winner(interval: Interval, one: float, other: float) -> None:
    small, large = sorted((one, other))
    strict, lenient = judge(interval, small, FASTER), judge(interval, large, FASTER)
    if lenient in FASTER:
        assert strict == lenient
    if strict == "no_difference":
        assert lenient == "no_difference"


@PROPERTY
@given(intervals(), deltas)
def test_verdict_says_where_the_interval_of_the_ratio_lies(interval: Interval, delta: float) -> None:
    """In ratios rather than in logs; intervals that end at an edge to the last digits are for the next test."""
    lower, upper = math.exp(interval[0]), math.exp(interval[1])
    edges = (1 / (1 + delta), 1 + delta)
    if any(math.isclose(end, edge, rel_tol=1e-12) for end in (lower, upper) for edge in edges):
        return
    inside = [edges[0] <= end <= edges[1] for end in (lower, upper)]
    expected: ComparisonVerdict = "no_difference" if all(inside) else "inconclusive"
    if lower > edges[1]:
        expected = "pytorch_faster"
    elif upper < edges[0]:
        expected = "tensorflow_faster"
    assert judge(interval, delta, FASTER) == expected


def test_verdict_at_the_very_edges() -> None:
    edge = math.log1p(0.05)
    above = math.nextafter(edge, 1)
    assert judge((edge, edge), 0.05, FASTER) == "no_difference"
    assert judge((-edge, edge), 0.05, FASTER) == "no_difference"
    assert judge((edge, above), 0.05, FASTER) == "inconclusive"
    assert judge((above, above), 0.05, FASTER) == "pytorch_faster"
    assert judge((-above, -edge), 0.05, FASTER) == "inconclusive"
    assert judge((-above, -above), 0.05, FASTER) == "tensorflow_faster"
    assert judge((-above, above), 0.05, FASTER) == "inconclusive"
    assert judge(None, 0.05, FASTER) == "inconclusive"


@PROPERTY
@given(st.floats(-1, 4), st.lists(st.floats(-0.2, 0.2), min_size=2, max_size=6))
def test_scaling_exponent_is_the_slope_of_numpy(exponent: float, noise: list[float]) -> None:
    sizes = [2.0 ** (8 + step) for step in range(len(noise))]
    took = [1e-9 * size**exponent * math.exp(error) for size, error in zip(sizes, noise, strict=True)]
    slope = np.polyfit(np.log(sizes), np.log(took), 1)[0]
    assert scaling_exponent(sizes, took) == pytest.approx(slope, abs=1e-9)
