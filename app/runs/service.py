"""The life of runs: submitted, queued, executed one at a time, told, stored, and recovered after a crash."""

import asyncio
import contextlib
import logging
import random
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from app.errors import AlreadyOver, FieldProblem, InvalidFields, NotReady, QueueFull, UnknownEntry, said_back
from app.runs.asking import Shared
from app.runs.catalogue import Catalogue, Probe
from app.runs.executor.job import EventKind, Job, Questions, Survey, Tell
from app.runs.executor.local import Executor
from app.runs.executor.worker import Cancelled
from app.runs.inspection import Inspection, why_no_device
from app.runs.models import EVERYTHING, Event, Failure, Outcome, Run, RunRequest
from app.runs.readiness import Readiness, in_thread
from app.runs.runners import runner_is_gone, this_runner
from app.runs.store.store import Store
from app.runs.watching import End, Nobody, Watcher, executing

IDLE_SECONDS = 2.0
"""How long the runner sleeps when nothing waits; another process may have queued something meanwhile."""
FOLLOW_SECONDS = 0.25
USUAL_RUN_SECONDS = 20
CANCEL_SECONDS = 2.0
FINISH_ATTEMPTS = 5

STUCK_SECONDS = 60.0
"""How long the runner may take to look for the next run; it looks every other second, and after each run."""

log = logging.getLogger("tiebreak.runs")


@dataclass(frozen=True)
class Line:
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
        queue_limit: int,
        asked: Questions | None = None,
        watcher: Watcher | None = None,
    ) -> None:
        self.store, self.catalogue, self.inspection = store, catalogue, inspection
        self.asked, self.watcher = asked or Questions(), watcher or Nobody()
        self._executor, self._queue_limit = executor, queue_limit
        self._wake, self._submitting = asyncio.Event(), asyncio.Lock()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._looked: float | None = None
        here = {name: in_thread(check) for name, check in executor.checks().items()}
        self._unfinished = Shared(store.unfinished)
        self.readiness = Readiness({"store": store.check, "runner": self._check_runner, **here})

    def probe(self, id: str) -> Probe:
        """Raises UnknownEntry when there is none."""
        try:
            return self.catalogue.probes[id]
        except KeyError:
            detail = f"There is no probe {said_back(id)!r}."
            raise UnknownEntry(detail, [FieldProblem("id", "there is no such probe")]) from None

    def kind(self, probe: str) -> str:
        """What a run of a probe is: `capability`, `timing`, `everything`, or `unknown` when there is no such probe."""
        known = self.catalogue.probes.get(probe)
        return known.kind if known else EVERYTHING if probe == EVERYTHING else "unknown"

    @property
    def slow_probes(self) -> frozenset[str]:
        """The probes that a quick run of everything leaves out."""
        return frozenset(probe.id for probe in self.catalogue.probes.values() if not probe.is_fast)

    async def submit(self, request: RunRequest) -> Run:
        """Store a run that waits for its turn.

        Raises:
            InvalidFields: no such probe, or the probe or this machine cannot do what is asked.
            QueueFull: too many wait already.
        """
        await self.check(request)
        async with self._submitting:  # between counting and storing nobody else may come
            waiting = len(await self.store.unfinished())
            if waiting > self._queue_limit:
                raise QueueFull(f"{waiting} runs wait or run already.", USUAL_RUN_SECONDS * waiting)
            run = await self.store.create(new_id(), request, new_seed())
        self.watcher.queued(run, self.kind(run.probe))
        self._wake.set()
        return run

    async def check(self, request: RunRequest) -> None:
        """Raises InvalidFields, naming each field of a request that does not fit."""
        if request.probe == EVERYTHING:
            problems = _unfit_for_everything(request, self.asked)
        elif request.probe in self.catalogue.probes:
            problems = _unfit(self.catalogue.probes[request.probe], request)
        else:
            known = (*self.catalogue.probes, EVERYTHING)
            raise InvalidFields([FieldProblem("probe", "there is no such probe", known)])
        if not problems and request.device != "cpu":
            reason = why_no_device(request.device, await self.inspection.frameworks())
            problems = [FieldProblem("device", reason, ("cpu",))] if reason else []
        if problems:
            raise InvalidFields(problems)

    def _job(self, request: RunRequest, seed: int) -> Job | Survey:
        if request.probe == EVERYTHING:
            return Survey.of(self.catalogue, request, seed, self.asked.limited_to(request.claims))
        return Job.of(self.catalogue.probes[request.probe], request, seed, self.asked)

    async def run_now(self, request: RunRequest, tell: Tell) -> Run:
        """Execute a run in this process at once, past the queue, and store it like any other.

        Raises:
            InvalidFields: see `submit`.
        """
        await self.check(request)
        run, seed = new_id(), new_seed()
        created = await self.store.create(run, request, seed, this_runner())
        await self._execute(created, seed, tell)
        return await self.get(run)

    async def get(self, id: str) -> Run:
        """Raises UnknownEntry when there is none."""
        run = await self.store.get(id)
        if run is None:
            detail = f"There is no run {said_back(id)!r}."
            raise UnknownEntry(detail, [FieldProblem("id", "there is no such run")])
        return run

    async def cancel(self, id: str) -> Run:
        """End a run. When this returns, its processes are gone, unless another process executes it.

        Raises:
            UnknownEntry: there is none.
            AlreadyOver: it has ended.
        """
        run = await self.get(id)
        if run.over:
            raise AlreadyOver(f"The run is {run.status} already.", [FieldProblem("id", f"is {run.status}")])
        self._executor.cancel(id)
        if run.status == "queued":
            await self._end(run, End("cancelled", None, "cancelled before it started"))
        return await self._ended(id)

    async def _ended(self, id: str) -> Run:
        """The run once it is over, or as it is after the time that cancelling may take."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CANCEL_SECONDS):
                while not (await self.get(id)).over:
                    self._executor.cancel(id)  # it may have been claimed a moment ago
                    await asyncio.sleep(0.05)
        return await self.get(id)

    async def follow(self, id: str, after: int = 0) -> AsyncIterator[Event]:
        """What happened in a run after an event, and what happens, until its end."""
        after = min(after, await self._last_before_end(id)) if after else 0
        while True:
            for event in await self.store.events(id, after):
                yield event
                after = event.seq
                if event.kind == "end":
                    return
            if self._stopping:
                return
            await asyncio.sleep(FOLLOW_SECONDS)

    async def _last_before_end(self, id: str) -> int:
        """The number of the latest event but `end`, which a listener that comes again is told once more.

        Whoever claims to have seen more than there is would wait for ever.
        """
        return max((event.seq for event in await self.store.events(id, 0) if event.kind != "end"), default=0)

    async def start(self) -> None:
        """Clean up after runners that crashed, and begin to execute what waits."""
        await self.recover()
        self._task = asyncio.create_task(self._work(), name="runs")

    async def line(self) -> Line | None:
        """How many runs wait and run, of all that share the store; None when it cannot be read, or not in time."""
        try:
            unfinished = await self._unfinished()
        except (SQLAlchemyError, OSError):  # a TimeoutError is one of the latter
            return None
        running = sum(run.status == "running" for run, _ in unfinished)
        return Line(waiting=len(unfinished) - running, running=running, limit=self._queue_limit)

    async def _check_runner(self) -> None:
        """Raises NotReady when nothing executes runs any more, or has not looked for the next one for long."""
        if self._task is not None and self._task.done():
            raise NotReady("runs are not executed any more")
        if self._looked is not None and time.monotonic() - self._looked > STUCK_SECONDS:
            raise NotReady(f"has not looked for runs for more than {STUCK_SECONDS:.0f} s")

    def stop_soon(self) -> None:
        """End what is executed; may be called from a signal handler."""
        self._stopping = True
        self._executor.cancel_all()
        self.inspection.stop_soon()

    async def stop(self) -> None:
        """End what is executed, mark it as interrupted, and close the store."""
        self.stop_soon()
        if self._task is not None:
            self._wake.set()
            await self._task
        await self.store.close()

    async def recover(self) -> None:
        """Mark what a crashed runner left as interrupted, and end the processes that it left."""
        for run, runner in await self.store.unfinished():
            if runner is not None and runner_is_gone(runner):
                await asyncio.to_thread(self._executor.clean_up, run.id, runner)
                await self._end(run, End("interrupted", None, "the process that executed it ended"))

    async def _work(self) -> None:
        while not self._stopping:
            self._looked = time.monotonic()
            try:
                if await self._execute_next():
                    continue
                await self.recover()
            except SQLAlchemyError:  # locked or out of reach for a while: the runner outlives that
                log.exception("the store of runs")
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), IDLE_SECONDS)

    async def _execute_next(self) -> bool:
        """Execute the oldest run that waits; False when none does."""
        await self.inspection.settle()
        claimed = await self.store.claim(this_runner())
        if claimed is not None:
            await self._execute(*claimed)
        return claimed is not None

    async def _execute(self, run: Run, seed: int, watch: Tell | None = None) -> None:
        """Execute a claimed run and store its end, whatever that is."""
        mark = executing.set(run.id)
        self.watcher.started(run, self.kind(run.probe))
        try:
            await self._finish(run, await self._told(run, seed, watch))
        finally:
            executing.reset(mark)

    async def _told(self, run: Run, seed: int, watch: Tell | None) -> End:
        """Execute a run, storing what it tells."""
        told: asyncio.Queue[tuple[str, Any] | None] = asyncio.Queue()
        teller = asyncio.create_task(self._store_events(run.id, told))

        def tell(kind: EventKind, data: Mapping[str, Any]) -> None:
            told.put_nowait((kind, data))
            if watch is not None:
                watch(kind, data)

        self._looked = None  # how long a run may take is its own affair
        end = await self._outcome(run, seed, tell)
        self._looked = time.monotonic()
        told.put_nowait(None)
        await teller
        return end

    async def _finish(self, run: Run, end: End) -> None:
        """Store a run's end, patiently: what was measured for minutes must not be lost to a moment's lock."""
        for _ in range(FINISH_ATTEMPTS - 1):
            try:
                await self._end(run, end)
                return
            except SQLAlchemyError:
                log.exception("the end of run %s", run.id)
            await asyncio.sleep(IDLE_SECONDS)
        await self._end(run, end)

    async def _end(self, run: Run, end: End) -> None:
        """Store a run's end and tell who watches, unless it has ended already."""
        if await self.store.finish(run.id, end.status, end.outcome, end.reason):
            self.watcher.ended(run, self.kind(run.probe), end)

    async def _outcome(self, run: Run, seed: int, tell: Tell) -> End:
        """How a run ended."""
        try:
            await self.check(run.request)
            outcome = await self._executor.execute(run.id, self._job(run.request, seed), tell)
        except Cancelled:
            if self._stopping:
                return End("interrupted", None, "the service was stopped")
            return End("cancelled", None, "cancelled while it ran")
        except InvalidFields as error:  # the probe or the device is gone since it was queued
            return End("failed", _failed(str(error)), str(error))
        except Exception:  # one run's misfortune must not end the runner
            log.exception("run %s of %s", run.id, run.probe)
            return End("failed", _failed("the service made a mistake; it is in the server's log"), None)
        return End(outcome.status, outcome, outcome.error.message if outcome.error else None)

    async def _store_events(self, id: str, told: "asyncio.Queue[tuple[str, Any] | None]") -> None:
        while (event := await told.get()) is not None:
            try:
                await self.store.add_event(id, *event)
            except SQLAlchemyError:  # progress that nobody is told of costs nothing else
                log.exception("an event of run %s", id)


def _failed(message: str) -> Outcome:
    return Outcome(status="failed", error=Failure(reason="exception", message=message))


def _unfit(probe: Probe, request: RunRequest) -> list[FieldProblem]:
    problems = []
    if request.device not in probe.devices:
        problems.append(FieldProblem("device", f"{probe.id} does not run on {request.device}", probe.devices))
    if request.mode not in probe.modes:
        problems.append(FieldProblem("mode", f"{probe.id} has no mode {request.mode}", probe.modes))
    if request.claims:
        problems.append(FieldProblem("claims", "can be chosen for everything only"))
    return problems


def _unfit_for_everything(request: RunRequest, asked: Questions) -> list[FieldProblem]:
    problems = []
    unknown = sorted(set(request.claims) - {claim.id for claim in asked.claims if claim.probe})
    if unknown:
        problems.append(FieldProblem("claims", f"no probe checks a claim {said_back(unknown[0])!r}"))
    if request.device != "cpu":
        problems.append(FieldProblem("device", "everything runs on the CPU", ("cpu",)))
    if request.mode != "ordinary":
        problems.append(FieldProblem("mode", "everything runs in each framework's ordinary way", ("ordinary",)))
    if request.control is not None:
        problems.append(FieldProblem("control", "everything has no control"))
    return problems


def new_id() -> str:
    """An id that nobody guesses."""
    return secrets.token_hex(8)


def new_seed() -> int:
    return random.SystemRandom().randrange(2**31)
