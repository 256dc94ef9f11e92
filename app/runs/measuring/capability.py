"""Capability probes: each half once, in a process of its own."""

from app.runs.catalogue import Probe
from app.runs.measuring.jobs import Arm, Job, Progress
from app.runs.measuring.pairs import Facts, describe
from app.runs.models import Failure, Result
from app.runs.worker.failures import HalfFailed
from app.runs.worker.host import Host
from app.runs.worker.process import Reply, Worker


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
        with Worker(host, arm.framework, f"{arm.name}-{job.probe.id}", None, job.device) as worker:
            reply = worker.ask(observe_command(job.probe), host.limits.observation_seconds(job.probe.slow))
            printed = worker.printed()
            describe(worker, arm, facts)
    except HalfFailed as failed:
        return failed_half(job.probe, arm, failed.failure)
    return observed_half(job.probe, arm, reply, printed)


def observe_command(probe: Probe) -> Reply:
    return {"do": "observe", "probe": str(probe.path)}


def observed_half(probe: Probe, arm: Arm, reply: Reply, printed: str) -> Result:
    return Result(
        probe=probe.id,
        framework=arm.framework,
        place=arm.place,
        version=reply["version"],
        observation=reply["observation"],
        printed=printed,
        peak_rss_bytes=reply["peak_rss_bytes"],
    )


def failed_half(probe: Probe, arm: Arm, failure: Failure) -> Result:
    return Result(probe=probe.id, framework=arm.framework, place=arm.place, version=None, failure=failure)
