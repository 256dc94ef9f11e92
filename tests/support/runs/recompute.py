"""A second way from the stored blocks of a run to its figures and verdicts, independent of `app.runs.measuring`.

It follows the prose of the protocol, with NumPy and SciPy, on a run as `GET /api/v1/runs/{id}` gives it. What a run
does not keep cannot be found again: the check of the last output of each block and the audit leave only their sentence,
and of the warm-ups only each arm's first is stored. Where a comparison rests on these, its own reason is believed.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

Json = dict[str, Any]
Interval = tuple[float, float]
Key = tuple[str, int | None, str]

DELTA = {"quick": 0.05, "standard": 0.05, "rigorous": 0.02}
CHECKS = (
    "the last output is off by",
    "the step remembers results",
    "the loss became",
    "the loss no longer changes",
)
"""The sentences that a check outside the blocks leaves behind."""
NOT_STEADY = "was not steady after"
NOT_GROWING = "the time does not grow with the size as the work does"


@dataclass(frozen=True)
class Figures:
    """What the blocks of one arm come to."""

    samples: list[float]
    median: float | None
    interval: Interval | None
    quartiles_apart: float | None
    cores: float | None


@dataclass(frozen=True)
class Verdict:
    """What two arms' blocks come to.

    Attributes:
        from_edge: how far the interval of the log ratio ends from ±δ; infinite where the verdict does not rest on it.
    """

    verdict: str
    indicative: bool
    rounds: int
    noisy_rounds: int
    ratio: float | None = None
    interval: Interval | None = None
    pairs: tuple[float, ...] = ()
    from_edge: float = float("inf")


def figures_of(result: Json) -> Figures:
    """An arm's median, its interval, quartile distance and cores, from its counted blocks."""
    counted = [block for block in result["blocks"] if block["counted"]]
    if not counted:
        return Figures([], None, None, None, None)
    of_pair = defaultdict(list)
    for block in counted:
        of_pair[block["pair"]].append(block["wall_s"] / block["calls"])
    samples = [sample for pair in sorted(of_pair) for sample in of_pair[pair]]
    interval = over_pairs([float(np.median(s)) for s in of_pair.values()]) or over_samples(samples)
    if interval is not None:
        interval = (max(0.0, interval[0]), interval[1])  # no time is negative
    low, high = np.quantile(samples, [0.25, 0.75])
    cores = np.median([block["cpu_s"] / block["wall_s"] for block in counted])
    return Figures(samples, float(np.median(samples)), interval, float(high - low), float(cores))


def over_pairs(values: list[float]) -> Interval | None:
    """The t interval of the mean; None for one value."""
    if len(values) < 2:
        return None
    mean, error = float(np.mean(values)), float(stats.sem(values))
    half = float(stats.t(len(values) - 1).ppf(0.975)) * error
    return mean - half, mean + half


def over_samples(values: list[float]) -> Interval | None:
    """The sign test, inverted: as many values cut off at both ends as leave 95% for the median; None if none may."""
    n, cut = len(values), -1
    while cut + 1 < n / 2 and 2 * stats.binom.cdf(cut + 1, n, 0.5) <= 0.05:
        cut += 1
    ordered = np.sort(values)
    return None if cut < 0 else (float(ordered[cut]), float(ordered[n - 1 - cut]))


def verdict_of(run: Json, comparison: Json) -> Verdict:
    """The comparison, made anew from the blocks of its two results."""
    arms = arms_of(run, comparison)
    indicative = run["preset"] == "quick"
    rounds, noisy = count_rounds(arms)
    if is_incomparable(run, comparison, arms):
        return Verdict("not_comparable", indicative, rounds, noisy)
    pairs, interval = log_ratio(arms)
    return Verdict(
        decide(run, comparison, arms, interval),
        indicative,
        rounds,
        noisy,
        ratio=float(np.exp(np.mean(pairs))),
        interval=None if interval is None else (float(np.exp(interval[0])), float(np.exp(interval[1]))),
        pairs=tuple(pairs),
        from_edge=distance_from_edge(interval, DELTA[run["preset"]]),
    )


def key_of(entry: Json) -> Key:
    return entry["variant"], entry["threads_asked"], entry["cache"]


def arms_of(run: Json, comparison: Json) -> list[Json]:
    """The two results of a comparison: the first arm's and the second's."""
    found = {result["place"]: result for result in run["results"] if key_of(result) == key_of(comparison)}
    return [found["first"], found["second"]]


def count_rounds(arms: list[Json]) -> tuple[int, int]:
    """Rounds, and those that were noisy to the last attempt.

    In a round both arms take a turn and share the noise. What is timed in a process of its own, which has no fixed loop
    before it, is a round by itself.
    """
    noise: dict[tuple[int, int, str], bool] = {}
    for arm in arms:
        for block in arm["blocks"]:
            if block["counted"]:
                whose = arm["place"] if block["canary_s"] is None else "both"
                noise[block["pair"], block["round"], whose] = bool(block["noise"])
    return len(noise), sum(noise.values())


def is_incomparable(run: Json, comparison: Json, arms: list[Json]) -> bool:
    """A half that failed, halves that differ or were not compared, work that was not done."""
    if any(arm["failure"] for arm in arms) or not comparison["equivalence"]["passed"]:
        return True
    own = exponents_of(run)
    low, high = run["scaling"]["bounds"] if run["scaling"] else (0, 0)
    return any(not low <= exponent <= high for exponent in own.values()) or says(comparison, *CHECKS)


def says(comparison: Json, *sentences: str) -> bool:
    return any(sentence in (comparison["reason"] or "") for sentence in sentences)


def exponents_of(run: Json) -> dict[str, float]:
    """With which power of its size the time of each arm grows, in the headline's table; by place."""
    if not run["scaling"]:
        return {}
    table = key_of(run["comparisons"][0])[1:]
    found = {}
    for place in ("first", "second"):
        points = [
            (float(result["variant"]), worked_seconds(result))
            for result in run["results"]
            if result["place"] == place and key_of(result)[1:] == table
        ]
        if points and all(seconds for _, seconds in points):
            sizes, medians = np.log(np.array(points, dtype=float)).T
            found[place] = float(np.polyfit(sizes, medians, 1)[0])
    return found


def worked_seconds(result: Json) -> float:
    """Median processor time of a call on one core, else wall clock; 0 when nothing was timed."""
    clock = "cpu_s" if result["threads_asked"] == 1 else "wall_s"
    return float(np.median([b[clock] / b["calls"] for b in result["blocks"] if b["counted"]] or [0.0]))


def log_ratio(arms: list[Json]) -> tuple[list[float], Interval | None]:
    """The median log ratio of each pair of processes, and the interval."""
    seconds = [
        {(b["pair"], b["round"]): b["wall_s"] / b["calls"] for b in arm["blocks"] if b["counted"]} for arm in arms
    ]
    of_pair = defaultdict(list)
    for pair, round in sorted(seconds[0]):
        of_pair[pair].append(float(np.log(seconds[1][pair, round]) - np.log(seconds[0][pair, round])))
    pairs = [float(np.median(ratios)) for ratios in of_pair.values()]
    return pairs, over_pairs(pairs) or over_samples(next(iter(of_pair.values())))


def decide(run: Json, comparison: Json, arms: list[Json], interval: Interval | None) -> str:
    """Noise first, then the level, then where the interval lies."""
    rounds, noisy = count_rounds(arms)
    unsteady = any(arm["warmup"] and not arm["warmup"]["steady"] for arm in arms) or says(comparison, NOT_STEADY)
    if noisy > rounds / 2 or unsteady:
        return "too_noisy"
    if run["preset"] == "quick" or interval is None:
        return "inconclusive"
    names = ("first_faster", "second_faster") if run["control"] else ("pytorch_faster", "tensorflow_faster")
    low, high = np.exp(interval)
    more = 1 + DELTA[run["preset"]]
    if low > more or high < 1 / more:
        return names[0] if low > more else names[1]
    return "no_difference" if low >= 1 / more and high <= more else "inconclusive"


def distance_from_edge(interval: Interval | None, delta: float) -> float:
    ends = interval or ()
    return min((abs(abs(end) - float(np.log1p(delta))) for end in ends), default=float("inf"))
