"""Executes runs on this machine: one at a time, in worker processes, watched by a thread of the service."""

import asyncio
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from app.knowledge.models import Framework
from app.runs.measuring.execution import perform
from app.runs.measuring.jobs import EventKind, Job, ReportEvent, Survey
from app.runs.measuring.survey import survey
from app.runs.models import Outcome
from app.runs.worker.failures import Cancelled
from app.runs.worker.host import Host
from app.runs.worker.killing import kill_marked
from app.runs.worker.limits import WorkerLimits
from app.runs.worker.machine_lock import check_lock, machine_lock
from app.runs.worker.scratch import check_scratch, scratch_folder


class Executor(Protocol):
    """What the run service asks of whatever executes runs."""

    async def execute(self, run: str, job: Job | Survey, report: ReportEvent) -> Outcome:
        """Execute a job, telling what happens from the service's own event loop.

        Raises:
            Cancelled: `cancel` was called.
        """

    def cancel(self, run: str) -> None:
        """Have a run end, its processes with it. May be called from any thread; unknown runs are ignored."""

    def cancel_all(self) -> None:
        """Have whatever is executed end, and whatever will be; nothing is executed after this."""

    def clean_up(self, run: str, runner: str) -> None:
        """End the processes and remove the files that a crashed runner left of a run."""

    def checks(self) -> Mapping[str, Callable[[], None]]:
        """What a job needs here, by name: each check may block, and raises OSError when it is not there."""


@dataclass
class LocalExecutor:
    """Worker processes on this machine.

    Attributes:
        interpreters: the Python of each framework's half.
        owner: the mark by which processes of this installation are found.
        limits: of each worker.
        lock: the file of the machine-wide lock.
        scratch: the folder in which each run has one of its own while it is executed.
        perform: measures a job that is not a survey.
    """

    interpreters: Mapping[Framework, str]
    owner: str
    limits: WorkerLimits
    lock: Path
    scratch: Path
    perform: Callable[[Job, Host, ReportEvent], Outcome] = perform
    _cancelled: dict[str, threading.Event] = field(default_factory=dict)
    _ending: bool = False

    async def execute(self, run: str, job: Job | Survey, report: ReportEvent) -> Outcome:
        """See `Executor`."""
        loop = asyncio.get_running_loop()

        def report_here(kind: EventKind, data: Mapping[str, Any]) -> None:
            loop.call_soon_threadsafe(report, kind, data)

        cancelled = self._cancelled.setdefault(run, threading.Event())
        if self._ending:  # it was claimed while everything was told to end
            cancelled.set()
        try:
            return await asyncio.to_thread(self.execute_here, run, job, report_here, cancelled)
        finally:
            del self._cancelled[run]

    def cancel(self, run: str) -> None:
        """See `Executor`."""
        event = self._cancelled.get(run)
        if event is not None:
            event.set()

    def cancel_all(self) -> None:
        """See `Executor`."""
        self._ending = True
        for event in list(self._cancelled.values()):
            event.set()

    def clean_up(self, run: str, runner: str) -> None:
        """See `Executor`."""
        kill_marked(runner, run)
        shutil.rmtree(self.scratch / run, ignore_errors=True)

    def checks(self) -> Mapping[str, Callable[[], None]]:
        """See `Executor`."""
        return {"scratch": lambda: check_scratch(self.scratch), "machine_lock": lambda: check_lock(self.lock)}

    def execute_here(self, run: str, job: Job | Survey, report: ReportEvent, cancelled: threading.Event) -> Outcome:
        """The same in the calling thread; what a worker leaves behind is gone when it returns."""
        with scratch_folder(self.scratch / run) as scratch:
            host = Host(self.interpreters, scratch, self.owner, run, self.limits, cancelled)
            report("progress", {"done": 0, "total": 0, "text": "waiting for the machine", "seconds_left": None})
            with machine_lock(cancelled.is_set, self.lock) as held:
                if not held:
                    raise Cancelled
                try:
                    return survey(job, host, report) if isinstance(job, Survey) else self.perform(job, host, report)
                finally:
                    kill_marked(self.owner, run)
