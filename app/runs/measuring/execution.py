"""A job from beginning to end: the right way of measuring for its probe, and what it comes to."""

import hashlib
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from app.knowledge.models import Workload
from app.machine.description import describe_machine
from app.machine.gpus import describe_gpus
from app.machine.load import describe_load
from app.paths import PROBES
from app.runs.measuring.capability import observe
from app.runs.measuring.cold import measure_cold, pairs_of
from app.runs.measuring.jobs import Job, Progress, ReportEvent
from app.runs.measuring.pairs import Facts
from app.runs.measuring.presets import PROTOCOL_VERSION
from app.runs.measuring.results import compare_series, result_of
from app.runs.measuring.series import Series
from app.runs.measuring.statistics import scaling_exponent
from app.runs.measuring.warm import count_rounds, measure_warm, tables
from app.runs.models import ClaimVerdict, Comparison, Failure, Outcome, Result, Scaling, ScalingExponent, Speed
from app.runs.run_wording import HARMLESS
from app.runs.verdicts.evaluate import judge_all
from app.runs.verdicts.observations import Observations, headlines
from app.runs.worker.host import Host


def perform(job: Job, host: Host, report: ReportEvent) -> Outcome:
    """Execute a job.

    Raises:
        Cancelled: the host said so.
    """
    before, facts = describe_machine().model_dump(mode="json"), Facts()
    results, comparisons = work(job, host, report, facts)
    return conclude(job, results, comparisons, environment_of(before, facts, protocol_of(job)))


def work(job: Job, host: Host, report: ReportEvent, facts: Facts) -> tuple[list[Result], list[Comparison]]:
    """What both halves gave, in whichever way their probe is to be run."""
    if job.probe.kind == "capability":
        return observe(job, host, Progress(report, 2), facts), []
    return _measure(job, host, report, facts)


def environment_of(before: Mapping[str, Any], facts: Facts, protocol: Mapping[str, Any]) -> dict[str, Any]:
    """The conditions of an execution that has just ended. `before`: the machine when it began."""
    return {
        "machine": before,
        "load_after": describe_load().model_dump(mode="json"),
        "gpus_after": [gpu.model_dump(mode="json") for gpu in describe_gpus()],
        "frameworks": facts,
        "protocol": protocol,
    }


def _measure(job: Job, host: Host, report: ReportEvent, facts: Facts) -> tuple[list[Result], list[Comparison]]:
    progress = Progress(report, count_rounds(job) + len(job.probe.cold) * pairs_of(job))
    results, comparisons = [], []
    for series in _all_series(job, host, progress, facts):
        results += [result_of(series, arm, job) for arm in series.arms.values()]
        comparisons.append(compare_series(series, job))
        report("result", comparisons[-1].model_dump(mode="json"))
    order = {variant: place for place, variant in enumerate(job.probe.variants)}
    comparisons.sort(key=lambda one: (in_second_table(one, job), order[one.variant]))
    return results, comparisons


def in_second_table(comparison: Comparison, job: Job) -> bool:
    """Whether a comparison belongs after the headline's table. What is timed from outside has one table only."""
    if comparison.variant in job.probe.cold:
        return False
    return (comparison.threads_asked, comparison.cache) != tables(job)[0]


def _all_series(job: Job, host: Host, progress: Progress, facts: Facts) -> Iterator[Series]:
    yield from measure_cold(job, host, progress, facts)
    if job.probe.warm:
        yield from measure_warm(job, host, progress, facts)


def conclude(job: Job, results: list[Result], comparisons: list[Comparison], environment: Mapping[str, Any]) -> Outcome:
    """The outcome: done, unless a half failed through no lack of the environment, or none gave anything."""
    scaling = _scaling(job, results)
    if scaling and not scaling.as_expected:
        reason = "the time does not grow with the size as the work does"
        none = {"verdict": "not_comparable", "reason": reason, "ratio": None, "ci95": None, "pair_log_ratios": ()}
        comparisons = [one if one.verdict == "not_comparable" else one.model_copy(update=none) for one in comparisons]
    failures = [result.failure for result in results if result.failure]
    grave = [failure for failure in failures if failure.reason not in HARMLESS]
    worked = any(result.failure is None for result in results)
    return Outcome(
        status="done" if worked and not grave else "failed",
        results=tuple(results),
        comparisons=tuple(comparisons),
        verdicts=verdicts_of(job, results, comparisons, scaling),
        speeds=speeds_of(job, results, comparisons),
        environment=environment,
        scaling=scaling,
        error=_error(grave or ([] if worked else failures)),
    )


def verdicts_of(
    job: Job, results: Sequence[Result], comparisons: Sequence[Comparison], scaling: Scaling | None = None
) -> tuple[ClaimVerdict, ...]:
    """What an execution says of its claims."""
    if not job.is_evidence:
        return ()
    return judge_all(job.questions.claims, Observations.of(results, comparisons, scaling))


def speeds_of(job: Job, results: Sequence[Result], comparisons: Sequence[Comparison]) -> tuple[Speed, ...]:
    """Who was faster at the workloads that are asked about, from a run that may name a winner."""
    if not job.is_evidence:
        return ()
    headline = headlines([one for one in comparisons if not one.indicative])
    versions = {str(result.framework): result.version for result in results if result.version}
    return tuple(
        _speed(job, workload, headline[workload.variant], versions)
        for workload in job.questions.workloads
        if workload.variant in headline and workload.device == job.device
    )


def _speed(job: Job, workload: Workload, compared: Comparison, versions: Mapping[str, str]) -> Speed:
    return Speed(
        workload=workload.id,
        probe=job.probe.id,
        variant=workload.variant,
        device=job.device,
        verdict=compared.verdict,
        ratio=compared.ratio,
        ci95=compared.ci95,
        delta=compared.delta,
        preset=job.preset,
        versions=versions,
    )


def _error(failures: list[Failure]) -> Failure | None:
    return failures[0] if failures else None


def _scaling(job: Job, results: list[Result]) -> Scaling | None:
    """The exponent with which each arm's time grows, where the variants are sizes."""
    if not job.probe.exponent:
        return None
    lower, upper = job.probe.exponent
    found, headline = {}, results[0].key[1:]
    for arm in job.arms:
        own = [r for r in results if r.place == arm.place and r.key[1:] == headline and r.median_s]
        if len(own) == len(job.probe.variants):
            exponent = scaling_exponent([float(r.variant) for r in own], [_worked_seconds(r) for r in own])
            name = arm.place if job.control else arm.framework
            found[name] = ScalingExponent(exponent=exponent, as_expected=lower <= exponent <= upper)
    return Scaling(exponents=found, bounds=(lower, upper))


def _worked_seconds(result: Result) -> float:
    """The median time of a call that shows how much work it was.

    On one core that is processor time: a neighbour who takes half of the core makes wall clock grow, not the work.
    """
    counted = [block for block in result.blocks if block.counted]
    if result.threads_asked == 1:
        return statistics.median(block.cpu_s / block.calls for block in counted)
    return statistics.median(block.wall_s / block.calls for block in counted)


def protocol_of(job: Job) -> dict[str, Any]:
    """What the figures were taken by: two runs compare only where these agree."""
    return {
        "version": PROTOCOL_VERSION,
        "seed": job.seed,
        "level": asdict(job.level),
        "worker_sha256": worker_digest(),
        "probe_sha256": hashlib.sha256(job.probe.path.read_bytes()).hexdigest(),
    }


@cache
def worker_digest() -> str:
    """The hash of the worker's source, file by file in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted([PROBES / "boot.py", *(PROBES / "worker").rglob("*.py"), *(PROBES / "kit").rglob("*.py")]):
        digest.update(path.relative_to(PROBES).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
