"""From series to results and comparisons."""

import statistics
from collections.abc import Sequence
from math import exp

from app.runs.measuring.jobs import Job
from app.runs.measuring.series import ArmSeries, Series
from app.runs.measuring.statistics import (
    arm_interval,
    interquartile_range,
    judge,
    log_interval,
    log_ratios,
    percentile,
)
from app.runs.models import Block, Comparison, ComparisonVerdict, Equivalence, Result, Tails

UNCHECKED = Equivalence(checked=False, passed=None, reason="no half gave an output")


def result_of(series: Series, arm: ArmSeries, job: Job) -> Result:
    """One arm's figures."""
    pairs = arm.by_pair()
    samples = tuple(sample for pair in pairs for sample in pair)
    median = statistics.median(samples) if samples else None
    return Result(
        framework=arm.arm.framework,
        place=arm.arm.place,
        version=arm.version,
        variant=series.variant,
        mode=job.mode,
        device=job.device,
        threads=arm.threads,
        threads_asked=series.threads_asked,
        cache=series.cache,
        cores_used=_cores_used(arm.blocks),
        observation=arm.observation,
        median_s=median,
        ci95_s=arm_interval(pairs) if samples else None,
        iqr_s=interquartile_range(samples) if samples else None,
        blocks=tuple(arm.blocks),
        warmup=arm.warmup,
        cold=arm.cold,
        tails=_tails(arm.singles),
        gflops=arm.operations / median / 1e9 if arm.operations and median else None,
        peak_rss_bytes=arm.peak_rss_bytes,
        peak_device_bytes=arm.peak_device_bytes,
        failure=arm.failure,
    )


def _cores_used(blocks: Sequence[Block]) -> float | None:
    shares = [block.cpu_s / block.wall_s for block in blocks if block.counted]
    return statistics.median(shares) if shares else None


def _tails(singles: Sequence[float]) -> Tails | None:
    if not singles:
        return None
    p50, p95, p99 = (percentile(singles, share) for share in (0.50, 0.95, 0.99))
    return Tails(calls=len(singles), p50_s=p50, p95_s=p95, p99_s=p99)


def compare_series(series: Series, job: Job) -> Comparison:
    """Both arms, compared: the ratio, its interval, and the verdict with its reason."""
    reason = _why_not_comparable(series)
    if reason:
        return _comparison(series, job, "not_comparable", reason)
    first, second = series.arms["first"].by_pair(), series.arms["second"].by_pair()
    rounds = [log_ratios(a, b) for a, b in zip(first, second, strict=True)]
    pairs = [statistics.median(ratios) for ratios in rounds]
    interval = log_interval(pairs, rounds[0])
    verdict, reason = _verdict(series, job, interval)
    ratio = exp(statistics.fmean(pairs))
    ci95 = None if interval is None else (exp(interval[0]), exp(interval[1]))
    return _comparison(series, job, verdict, reason, ratio, ci95, tuple(pairs))


def _why_not_comparable(series: Series) -> str | None:
    """What forbids a ratio, or None."""
    failed = [arm for arm in series.arms.values() if arm.failure]
    if failed:
        return "; ".join(f"{arm.arm.framework}: {arm.failure.message}" for arm in failed if arm.failure)
    unequal = [one.reason for one in series.equivalences if not one.passed]
    if unequal:
        return f"the halves did not compute the same: {unequal[0]}"
    return series.faults[0] if series.faults else None


def _verdict(series: Series, job: Job, interval: tuple[float, float] | None) -> tuple[ComparisonVerdict, str | None]:
    if 2 * series.noisy_rounds > series.rounds:
        return "too_noisy", f"{series.noisy_rounds} of {series.rounds} rounds were disturbed, and again when repeated"
    if series.unsteady:
        return "too_noisy", series.unsteady[0]
    if not job.level.names_winners:
        return "inconclusive", "a quick run is indicative and names no winner"
    faster: tuple[ComparisonVerdict, ComparisonVerdict] = (
        ("first_faster", "second_faster") if job.control else ("pytorch_faster", "tensorflow_faster")
    )
    verdict = judge(interval, job.level.delta, faster)
    doubt = f"the interval reaches into ±{job.level.delta:.0%} and out of it"
    return verdict, doubt if verdict == "inconclusive" else None


def _comparison(
    series: Series,
    job: Job,
    verdict: ComparisonVerdict,
    reason: str | None,
    ratio: float | None = None,
    ci95: tuple[float, float] | None = None,
    pairs: tuple[float, ...] = (),
) -> Comparison:
    return Comparison(
        variant=series.variant,
        mode=job.mode,
        threads_asked=series.threads_asked,
        cache=series.cache,
        ratio=ratio,
        ci95=ci95,
        verdict=verdict,
        reason=reason,
        indicative=not job.level.names_winners,
        delta=job.level.delta,
        pair_log_ratios=pairs,
        rounds=series.rounds,
        noisy_rounds=series.noisy_rounds,
        equivalence=_worst(series.equivalences),
    )


def _worst(equivalences: Sequence[Equivalence]) -> Equivalence:
    """The one that failed, or that was closest to it."""
    if not equivalences:
        return UNCHECKED
    return max(equivalences, key=lambda one: (one.passed is False, one.relative_error or 0.0))
