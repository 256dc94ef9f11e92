"""Capability probes: each half once, in a process of its own."""

from app.runs.executor.job import Arm, Job, Progress
from app.runs.executor.worker import HalfFailed, Host, Worker
from app.runs.measuring.pairs import Facts, describe
from app.runs.models import Result

OBSERVE_SECONDS = 120.0


def observe(job: Job, host: Host, progress: Progress, facts: Facts) -> list[Result]:
    """The observations of both halves; what fails is a result with its reason."""
    results = []
    for arm in job.arms:
        progress.say(f"{arm.framework} works")
        results.append(_observe(job, arm, host, facts))
        progress.step(f"{arm.framework} is done")
    return results


def _observe(job: Job, arm: Arm, host: Host, facts: Facts) -> Result:
    try:
        with Worker(host, arm.framework, arm.name, None, job.device) as worker:
            reply = worker.ask({"do": "observe", "probe": str(job.probe.path)}, OBSERVE_SECONDS)
            describe(worker, arm, facts)
    except HalfFailed as failed:
        return Result(framework=arm.framework, place=arm.place, version=None, failure=failed.failure)
    return Result(
        framework=arm.framework,
        place=arm.place,
        version=facts[arm.framework].get("version"),
        observation=reply["observation"],
        peak_rss_bytes=reply["peak_rss_bytes"],
    )
