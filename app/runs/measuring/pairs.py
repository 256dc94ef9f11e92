"""A pair of processes: both frameworks resident, on the same core when each has one thread."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.runs.measuring.jobs import Arm, Job, Progress
from app.runs.measuring.series import ArmSeries
from app.runs.models import ArmPlace, Failure
from app.runs.worker.failures import HalfFailed
from app.runs.worker.host import Host
from app.runs.worker.limits import usable_cores
from app.runs.worker.process import Reply, Worker

LOAD_SECONDS, DESCRIBE_SECONDS = 120.0, 120.0

Facts = dict[str, Any]
T = TypeVar("T")


@dataclass
class ProcessPair:
    """The workers of one pair, as long as they live.

    Attributes:
        threads: how many an operation may use; None for as many as there are cores.
        failures: why an arm has no worker.
    """

    number: int
    threads: int | None
    workers: dict[ArmPlace, Worker] = field(default_factory=dict)
    loaded: dict[ArmPlace, Reply] = field(default_factory=dict)
    failures: dict[ArmPlace, Failure] = field(default_factory=dict)

    def attempt(self, series: ArmSeries, action: Callable[[Worker, ArmSeries], T]) -> T | None:
        """Do something with an arm's worker; a failure is recorded at the arm, and gives None."""
        place = series.arm.place
        series.failure = series.failure or self.failures.get(place)
        if series.failure is not None:
            return None
        try:
            return action(self.workers[place], series)
        except HalfFailed as failed:
            series.failure = failed.failure
            if not self.workers[place].alive:
                self.failures[place] = failed.failure
            return None


@contextmanager
def start_pair(job: Job, host: Host, progress: Progress, number: int, threads: int | None) -> Iterator[ProcessPair]:
    """Start both workers, one after the other so that neither slows the other's start; both end with the block."""
    pair = ProcessPair(number, threads)
    with ExitStack() as stack:
        for arm in job.arms:
            progress.say(f"starting {arm.framework}, pair {number + 1}")
            try:
                worker = stack.enter_context(_worker(job, host, arm, pair))
                pair.loaded[arm.place] = worker.ask(_load(job, threads), LOAD_SECONDS)
                pair.workers[arm.place] = worker
            except HalfFailed as failed:
                pair.failures[arm.place] = failed.failure
        yield pair


def _worker(job: Job, host: Host, arm: Arm, pair: ProcessPair) -> Worker:
    cores = usable_cores()[-1:] if pair.threads == 1 else usable_cores()
    return Worker(host, arm.framework, f"{arm.name}-{pair.number}-{pair.threads or 'all'}", cores, job.device)


def _load(job: Job, threads: int | None) -> Reply:
    return {"do": "load", "device": job.device, "threads": threads or len(usable_cores())}


def describe(worker: Worker, arm: Arm, facts: Facts) -> None:
    """What a framework says of itself, once an execution."""
    if arm.framework in facts:
        return
    try:
        reply = worker.ask({"do": "describe"}, DESCRIBE_SECONDS)
        facts[arm.framework] = {key: value for key, value in reply.items() if key != "done"}
    except HalfFailed as failed:
        facts[arm.framework] = {"failure": failed.failure.message}
