"""A run of everything: the fast probes as children of one process a framework, then the slow ones, one by one.

Each framework is imported once. A probe that crashes, hangs or takes too much memory costs its own result alone; should
it take the process with it, a new one goes on with the next probe.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

from app.knowledge.models import FRAMEWORKS
from app.machine.description import describe_machine
from app.runs.measuring.capability import failed_half, observe_command, observed_half
from app.runs.measuring.execution import environment_of, protocol_of, speeds_of, verdicts_of, work
from app.runs.measuring.jobs import Arm, EventKind, Job, Progress, ReportEvent, Survey
from app.runs.measuring.pairs import LOAD_SECONDS, Facts, describe
from app.runs.models import ClaimVerdict, Comparison, Failure, Outcome, Result, Speed
from app.runs.worker.failures import HalfFailed
from app.runs.worker.host import Host
from app.runs.worker.process import Worker

IMPORT_ATTEMPTS = 3
"""How often a framework's process is started anew before its remaining probes are given up."""

SLOW_STEPS = 5
"""A slow probe counts as that many fast halves in the progress that is told."""


def survey(job: Survey, host: Host, report: ReportEvent) -> Outcome:
    """Run every probe and judge every claim.

    Raises:
        Cancelled: the host said so.
    """
    before, facts = describe_machine().model_dump(mode="json"), Facts()
    progress = Progress(report, len(job.fast) * len(FRAMEWORKS) + len(job.slow) * SLOW_STEPS)
    found = _Found(report)
    halves: dict[str, list[Result]] = {}
    for arm in Job.arms_of(None):
        for one, result in _Line(arm, host, facts).run(job.fast, progress):
            halves.setdefault(one.probe.id, []).append(result)
            if len(halves[one.probe.id]) == len(FRAMEWORKS):
                found.add(one, halves[one.probe.id], [])
    for one in job.slow:
        found.add(one, *_alone(one, host, facts, progress))
    protocol = {**protocol_of(job.jobs[0]), "probe_sha256": None} if job.jobs else {}
    return found.outcome(environment_of(before, facts, protocol))


class _Found:
    """What came out so far."""

    def __init__(self, report: ReportEvent) -> None:
        self._report = report
        self._results: list[Result] = []
        self._comparisons: list[Comparison] = []
        self._verdicts: list[ClaimVerdict] = []
        self._speeds: list[Speed] = []

    def add(self, job: Job, results: list[Result], comparisons: list[Comparison]) -> None:
        own = {"probe": job.probe.id}
        verdicts = verdicts_of(job, results, comparisons)
        self._results += [result.model_copy(update=own) for result in results]
        self._comparisons += [comparison.model_copy(update=own) for comparison in comparisons]
        self._verdicts += verdicts
        self._speeds += speeds_of(job, results, comparisons)
        said = [{"claim": one.claim, "verdict": one.verdict} for one in verdicts]
        self._report("result", {**own, "verdicts": said})

    def outcome(self, environment: Mapping[str, Any]) -> Outcome:
        worked = any(result.failure is None for result in self._results)
        failures = [result.failure for result in self._results if result.failure]
        return Outcome(
            status="done" if worked else "failed",
            results=tuple(self._results),
            comparisons=tuple(self._comparisons),
            verdicts=tuple(self._verdicts),
            speeds=tuple(self._speeds),
            environment=environment,
            error=None if worked or not failures else failures[0],
        )


class _Line:
    """One framework's halves, one after the other, as children of a process that has imported it."""

    def __init__(self, arm: Arm, host: Host, facts: Facts) -> None:
        self._arm, self._host, self._facts = arm, host, facts
        self._starts = 0
        self._given_up: Failure | None = None

    def run(self, jobs: tuple[Job, ...], progress: Progress) -> Iterator[tuple[Job, Result]]:
        """Each job with the result of this framework's half."""
        with ExitStack() as stack:
            worker: Worker | None = None
            for job in jobs:
                progress.say(f"{self._arm.framework}: {job.probe.title}")
                if self._given_up is None and (worker is None or not worker.alive):
                    worker = self._start(stack)
                yield job, self._half(job, worker)
                progress.step(f"{self._arm.framework}: {job.probe.title}")
            if worker is not None and worker.alive:
                describe(worker, self._arm, self._facts)

    def _start(self, stack: ExitStack) -> Worker | None:
        """A new process with the framework imported; None, with the reason kept, when there is no use in trying."""
        self._starts += 1
        try:
            name = f"{self._arm.framework}-{self._starts}"
            worker = stack.enter_context(Worker(self._host, self._arm.framework, name, None, "cpu"))
            worker.ask({"do": "adopt"}, LOAD_SECONDS)
        except HalfFailed as failed:
            self._given_up = failed.failure
            return None
        return worker

    def _half(self, job: Job, worker: Worker | None) -> Result:
        if self._given_up is not None or worker is None:
            reason = self._given_up or Failure(reason="silent", message="the process ended")
            return failed_half(job.probe, self._arm, reason)
        try:
            seconds = self._host.limits.observation_seconds(job.probe.slow)
            reply = worker.ask_child(observe_command(job.probe), job.probe.id, seconds)
        except HalfFailed as failed:
            if not worker.alive and self._starts >= IMPORT_ATTEMPTS:
                self._given_up = failed.failure
            return failed_half(job.probe, self._arm, failed.failure)
        return observed_half(job.probe, self._arm, reply, worker.printed())


def _alone(job: Job, host: Host, facts: Facts, progress: Progress) -> tuple[list[Result], list[Comparison]]:
    """A slow probe in processes of its own; its own progress is told in words."""

    def report(kind: EventKind, data: Mapping[str, Any]) -> None:
        if kind == "progress":
            progress.say(f"{job.probe.title}: {data['text']}")

    progress.say(job.probe.title)
    found = work(job, host, report, facts)
    progress.step(job.probe.title, SLOW_STEPS)
    return found
