"""Everything that is asked about runs: started, read, followed, cancelled. What executes them is the `Runner`."""

import asyncio
import contextlib
import random
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

from app.errors import AlreadyOver, FieldProblem, NotReady, QueueFull
from app.runs.catalogue import Catalogue, Probe
from app.runs.event_tail import EventTails
from app.runs.inspection import Inspection
from app.runs.local_executor import Executor
from app.runs.measuring.jobs import Questions, ReportEvent
from app.runs.models import Event, Run, RunRequest
from app.runs.observers import Observer, Observers
from app.runs.outcome_spool import OutcomeSpool, RunEnd
from app.runs.outcome_writer import OutcomeWriter
from app.runs.readiness import ReadinessChecks, in_thread
from app.runs.requests import Requests
from app.runs.run_settings import RunLimits
from app.runs.runner import Runner
from app.runs.single_flight import SingleFlight
from app.runs.store.store import Store, no_such_run

USUAL_RUN_SECONDS = 20
CANCEL_SECONDS = 2.0


@dataclass(frozen=True)
class QueueLength:
    """The queue: how many runs wait and run, and how many may wait."""

    waiting: int
    running: int
    limit: int


class RunService:
    """Everything that is asked about runs.

    Reading needs no more than the store; `start` begins to execute what waits.
    """

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        executor: Executor,
        inspection: Inspection,
        limits: RunLimits = RunLimits(),  # noqa: B008 - frozen
        questions: Questions | None = None,
        spool: OutcomeSpool | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.store, self.inspection, self.executor, self._limits = store, inspection, executor, limits
        self._tails = EventTails(store, lambda: self.runner.stopping, limits)
        self.observer = Observers((self._tails, observer or Observer()))
        store.database.on_trouble = self.observer.store_failed
        self.requests = Requests(catalogue, inspection, questions or Questions())
        writer = OutcomeWriter(store, self.requests, self.observer, spool)
        self.runner = Runner(store, self.requests, executor, writer, self.observer, limits)
        self._unfinished = SingleFlight(store.unfinished, limits.check_seconds)
        here = {name: in_thread(check) for name, check in executor.checks().items()}
        checks = {"store": store.check, "runner": self.runner.check, **here}
        self.readiness = ReadinessChecks(checks, limits.check_seconds)

    @property
    def catalogue(self) -> Catalogue:
        return self.requests.catalogue

    @property
    def questions(self) -> Questions:
        """What the rules ask of the probes."""
        return self.requests.questions

    @property
    def slow_probes(self) -> frozenset[str]:
        """The probes that a quick run of everything leaves out."""
        return self.requests.slow_probes

    def probe(self, id: str) -> Probe:
        """Raises UnknownEntry when there is none."""
        return self.requests.probe(id)

    async def submit(self, request: RunRequest, admit: Callable[[], Awaitable[None]] | None = None) -> Run:
        """Check a request, once for the whole way from the door to the queue, and store a run that waits for its turn.

        Args:
            admit: asked after the check and before the run is stored; what it raises keeps the run out.

        Raises:
            InvalidFields: no such probe, or the probe or this machine cannot do what the request wants.
            QueueFull: too many wait already.
            NotReady: the store cannot be reached.
        """
        await self.requests.check(request)
        if admit is not None:
            await admit()
        run = await self.store.enqueue(new_id(), request, new_seed(), self._limits.queue)
        if isinstance(run, int):
            raise QueueFull(f"{run} runs wait or run already.", USUAL_RUN_SECONDS * run)
        self.observer.queued(run, self.requests.kind(run.probe))
        self.runner.wake()
        return run

    async def run_now(self, request: RunRequest, report: ReportEvent) -> Run:
        """Execute a run in this process at once, past the queue, and store it like any other.

        Raises:
            InvalidFields: see `submit`.
        """
        await self.requests.check(request)
        id = new_id()
        await self.runner.execute_now(id, request, new_seed(), report)
        return await self.get(id)

    async def get(self, id: str) -> Run:
        """Raises UnknownEntry when there is none."""
        run = await self.store.get(id)
        if run is None:
            raise no_such_run(id)
        return run

    async def cancel(self, id: str) -> Run:
        """End a run, whichever process executes it. When this returns, its workers are gone, as a rule.

        Raises:
            UnknownEntry: there is none.
            AlreadyOver: it has ended.
        """
        run = await self.get(id)
        if run.over:
            raise AlreadyOver(f"The run is {run.status} already.", [FieldProblem("id", f"is {run.status}")])
        self.runner.cancel(id)
        waited = await self.store.ask_to_cancel(id)
        if waited is not None:
            end = RunEnd(run=id, status="cancelled", reason="cancelled before it started")
            self.observer.ended(waited, self.requests.kind(waited.probe), end)
        return await self._ended(id)

    async def _ended(self, id: str) -> Run:
        """The run once it is over, or as it is after the time that cancelling may take."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CANCEL_SECONDS):
                while not (await self.get(id)).over:
                    self.runner.cancel(id)  # it may have been claimed a moment ago
                    await asyncio.sleep(0.05)
        return await self.get(id)

    def follow(self, id: str, after: int = 0) -> AsyncGenerator[Event]:
        """What happened in a run after an event, and what happens, until its end."""
        return self._tails.follow(id, after)

    async def line(self) -> QueueLength | None:
        """How many runs wait and run, of all that share the store; None when it cannot be read, or not in time."""
        try:
            unfinished = await self._unfinished()
        except (NotReady, TimeoutError):
            return None
        running = sum(run.status == "running" for run, _ in unfinished)
        return QueueLength(waiting=len(unfinished) - running, running=running, limit=self._limits.queue)

    async def start(self) -> None:
        """Clean up after runners that crashed, and begin to execute what waits."""
        await self.runner.start()

    def stop_soon(self) -> None:
        """End what is executed; may be called from a signal handler."""
        self.runner.stop_soon()
        self.inspection.stop_soon()

    async def stop(self) -> None:
        """End what is executed, mark it as interrupted, and close the store."""
        self.stop_soon()
        await self.runner.stop()
        await self._tails.close()
        await self.store.close()


def new_id() -> str:
    """An id that nobody guesses."""
    return secrets.token_hex(8)


def new_seed() -> int:
    return random.SystemRandom().randrange(2**31)
