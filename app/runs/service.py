"""The life of runs: submitted, queued, executed one at a time, told, stored, and recovered after a crash."""

import asyncio
import contextlib
import logging
import random
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.errors import (
    AlreadyOver,
    FieldProblem,
    InvalidFields,
    NotReady,
    QueueFull,
    StoreFault,
    UnknownEntry,
    said_back,
)
from app.runs.asking import Shared
from app.runs.catalogue import Catalogue, Probe
from app.runs.executor.job import EventKind, Job, Questions, Survey, Tell
from app.runs.executor.local import Executor
from app.runs.executor.worker import Cancelled
from app.runs.inspection import Inspection, why_no_device
from app.runs.models import EVERYTHING, Event, Failure, Outcome, Run, RunRequest
from app.runs.presence import BEAT_SECONDS, Presence
from app.runs.readiness import Readiness, in_thread
from app.runs.store.store import Store, no_such_run
from app.runs.unstored import End, Unstored
from app.runs.watching import Nobody, Watcher, executing

IDLE_SECONDS = 2.0
"""How long the runner sleeps when nothing waits; another process may have queued something meanwhile."""
FOLLOW_SECONDS = 0.25
EVENTS_AT_ONCE = 20
"""How many events a listener is sent before more are read: one who reads slowly, or never, holds no more in memory."""
USUAL_RUN_SECONDS = 20
CANCEL_SECONDS = 2.0
WATCH_SECONDS = 0.4
"""How often it is looked whether somebody has cancelled what is executed, in this process or another."""
FINISH_ATTEMPTS = 5
"""How often a run in the foreground tries to store its end; the service tries for as long as it lives."""
STOP_SECONDS = 3.0
"""How long a stop waits for the end of the run to be stored; afterwards it waits as a file for the next start."""

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
        keep_runs: int | None = None,
        unstored: Unstored | None = None,
        watcher: Watcher | None = None,
    ) -> None:
        self.store, self.catalogue, self.inspection = store, catalogue, inspection
        self.asked, self.watcher = asked or Questions(), watcher or Nobody()
        self._executor, self._queue_limit = executor, queue_limit
        self._keep_runs, self._unstored = keep_runs, unstored
        self._presence = Presence(store)
        self._wake = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._housekeeping: asyncio.Task[None] | None = None
        self._looked: float | None = None
        store.database.on_trouble = self.watcher.store_failed
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
            NotReady: the store cannot be reached.
        """
        await self.check(request)
        run = await self.store.enqueue(new_id(), request, new_seed(), self._queue_limit)
        if isinstance(run, int):
            raise QueueFull(f"{run} runs wait or run already.", USUAL_RUN_SECONDS * run)
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
        await self._presence.beat()
        seed = new_seed()
        run = await self.store.begin(new_id(), request, seed, self._presence.name)
        beating = asyncio.create_task(self._repeat(self._presence.beat))
        try:
            await self._execute(run, seed, tell, FINISH_ATTEMPTS)
        finally:
            beating.cancel()
        with contextlib.suppress(NotReady):
            await self._presence.leave()
        return await self.get(run.id)

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
        self._executor.cancel(id)
        waited = await self.store.ask_to_cancel(id)
        if waited is not None:
            end = End(run=id, status="cancelled", reason="cancelled before it started")
            self.watcher.ended(waited, self.kind(waited.probe), end)
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
        after = await self._seen(id, after) if after else 0
        while (new := await self._events(id, after)) is not None:
            for event in new:
                yield event
                after = event.seq
                if event.kind == "end":
                    return
            if self._stopping:
                return
            if len(new) < EVENTS_AT_ONCE:
                await asyncio.sleep(FOLLOW_SECONDS)

    async def _seen(self, id: str, after: int) -> int:
        """The event after which a listener goes on who names this one."""
        told = await self._events(id, 0, None)
        return min(after, _last_before_end(told)) if told else 0

    async def _events(self, id: str, after: int, limit: int | None = EVENTS_AT_ONCE) -> list[Event] | None:
        """The first events after this number, as soon as the store can be reached; None when there will be none."""
        while not self._stopping:
            try:
                return await self.store.events(id, after, limit)
            except UnknownEntry:  # let go meanwhile
                return None
            except NotReady:  # a listener waits for the store as it waits for the run
                await asyncio.sleep(IDLE_SECONDS)
        return None

    async def start(self) -> None:
        """Clean up after runners that crashed, and begin to execute what waits."""
        with contextlib.suppress(NotReady):  # it was there a moment ago: the housekeeping comes back to it
            await self.keep_house()
        self._task = asyncio.create_task(self._work(), name="runs")
        self._housekeeping = asyncio.create_task(self._repeat(self.keep_house), name="housekeeping")

    async def line(self) -> Line | None:
        """How many runs wait and run, of all that share the store; None when it cannot be read, or not in time."""
        try:
            unfinished = await self._unfinished()
        except (NotReady, TimeoutError):
            return None
        running = sum(run.status == "running" for run, _ in unfinished)
        return Line(waiting=len(unfinished) - running, running=running, limit=self._queue_limit)

    async def _check_runner(self) -> None:
        """Raises NotReady when nothing executes runs any more, or has not looked for the next one for long."""
        if self._task is not None and self._task.done():
            raise NotReady("Runs are not executed any more.")
        if self._looked is not None and time.monotonic() - self._looked > STUCK_SECONDS:
            raise NotReady(f"It has not looked for runs for more than {STUCK_SECONDS:.0f} s.")

    def stop_soon(self) -> None:
        """End what is executed; may be called from a signal handler."""
        self._stopping = True
        self._executor.cancel_all()
        self.inspection.stop_soon()

    async def stop(self) -> None:
        """End what is executed, mark it as interrupted, and close the store."""
        self.stop_soon()
        if self._task is not None and self._housekeeping is not None:
            self._wake.set()
            await asyncio.wait({self._task}, timeout=STOP_SECONDS)
            self._task.cancel()
            self._housekeeping.cancel()
            await asyncio.wait({self._task, self._housekeeping})
            with contextlib.suppress(NotReady, TimeoutError):
                async with asyncio.timeout(1):
                    await self._presence.leave()
        await self.store.close()

    async def keep_house(self) -> None:
        """Say that this runner lives, store the ends that the store did not take, recover what crashed runners left.

        Raises:
            NotReady: the store cannot be reached.
        """
        await self._presence.beat()
        for end in self._unstored.kept() if self._unstored else ():
            await self._store_end(end)
        await self.recover()

    async def recover(self) -> None:
        """Mark what a crashed runner left as interrupted, and end the processes that it left."""
        running = {run.id: runner for run, runner in await self.store.unfinished() if runner is not None}
        gone = await self._presence.gone_among(running.values())
        for run, runner in running.items():
            if runner in gone:
                await asyncio.to_thread(self._executor.clean_up, run, runner)
                reason = "the process that executed it ended"
                await self._end(End(run=run, status="interrupted", reason=reason))
        if gone:
            await self.store.leave(*gone)

    async def _repeat(self, duty: Callable[[], Awaitable[None]]) -> None:
        """Do something every few seconds, whether or not the store was there the last time."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await duty()
            except NotReady:
                continue
            except Exception:  # nothing that happens once may end what has to happen again
                log.exception("keeping house")

    async def _work(self) -> None:
        while not self._stopping:
            self._looked = time.monotonic()
            self._wake.clear()  # before it looks: what is submitted, or a stop, meanwhile is not slept over
            try:
                if await self._execute_next():
                    continue
            except NotReady:  # the store has logged why; the runner outlives that
                pass
            except StoreFault:
                log.exception("the next run")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), IDLE_SECONDS)

    async def _execute_next(self) -> bool:
        """Execute the oldest run that waits; False when none does."""
        await self.inspection.settle()
        if self._stopping:  # what waits is for the next start
            return False
        claimed = await self.store.claim(self._presence.name)
        if claimed is not None:
            await self._execute(*claimed)
        return claimed is not None

    async def _execute(self, run: Run, seed: int, watch: Tell | None = None, attempts: int | None = None) -> None:
        """Execute a claimed run, store its end, whatever that is, and let old runs go."""
        mark, self._looked = executing.set(run.id), None  # how long a run may take is its own affair
        self.watcher.started(run, self.kind(run.probe))
        try:
            await self._finish(await self._told(run, seed, watch), attempts)
        finally:
            executing.reset(mark)
            self._looked = time.monotonic()
        await self._let_old_runs_go()

    async def _told(self, run: Run, seed: int, watch: Tell | None) -> End:
        """Execute a run, storing what it tells."""
        told: asyncio.Queue[tuple[str, Any] | None] = asyncio.Queue()
        teller = asyncio.create_task(self._store_events(run.id, told))

        def tell(kind: EventKind, data: Mapping[str, Any]) -> None:
            told.put_nowait((kind, data))
            if watch is not None:
                watch(kind, data)

        unwanted = asyncio.create_task(self._end_when_unwanted(run.id))
        end = await self._outcome(run, seed, tell)
        unwanted.cancel()
        told.put_nowait(None)
        await teller
        return end

    async def _end_when_unwanted(self, id: str) -> None:
        """Have the executor end a run that was cancelled through another process, or that counts as ended already."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            with contextlib.suppress(NotReady):
                if not await self.store.is_wanted(id, self._presence.name):
                    self._executor.cancel(id)

    async def _finish(self, end: End, attempts: int | None) -> None:
        """Store a run's end, for as long as it takes: what was measured for minutes must not be lost to a lock.

        Until the store takes it, it is kept as a file, so that neither a stop nor a crash loses it.
        """
        while True:
            try:
                await self._store_end(end)
                return
            except (NotReady, asyncio.CancelledError) as error:
                if self._unstored is not None:
                    await asyncio.shield(asyncio.to_thread(self._unstored.keep, end))
                attempts = None if attempts is None else attempts - 1
                if self._stopping or attempts == 0 or isinstance(error, asyncio.CancelledError):
                    raise
            await asyncio.sleep(IDLE_SECONDS)

    async def _store_end(self, end: End) -> None:
        """Raises NotReady."""
        try:
            stored = await self._end(end)
        except StoreFault:
            log.exception("the outcome of run %s", end.run)
            message = "what it found could not be stored; the reason is in the server's log"
            stored = await self._end(End(run=end.run, status="failed", outcome=_failed(message), reason=message))
        if not stored:
            log.warning("run %s had ended already: its %s end is not stored", end.run, end.status)
        if self._unstored is not None:
            self._unstored.forget(end.run)

    async def _end(self, end: End) -> bool:
        """Store an end and tell who watches; False when the run has ended already."""
        run = await self.store.finish(end.run, end.status, end.outcome, end.reason)
        if run is not None:
            self.watcher.ended(run, self.kind(run.probe), end)
        return run is not None

    async def _let_old_runs_go(self) -> None:
        """A few at a time, so that others get their turn."""
        with contextlib.suppress(NotReady):  # the next run's end comes back to it
            while self._keep_runs is not None and await self.store.let_go(self._keep_runs):
                await asyncio.sleep(0)

    async def _outcome(self, run: Run, seed: int, tell: Tell) -> End:
        """How a run ended: its status, its outcome if there is one, and a reason if it needs one."""
        try:
            await self.check(run.request)
            outcome = await self._executor.execute(run.id, self._job(run.request, seed), tell)
        except Cancelled:
            if self._stopping:
                return End(run=run.id, status="interrupted", reason="the service was stopped")
            return End(run=run.id, status="cancelled", reason="cancelled while it ran")
        except InvalidFields as error:  # the probe or the device is gone since it was queued
            return End(run=run.id, status="failed", outcome=_failed(str(error)), reason=str(error))
        except Exception:  # one run's misfortune must not end the runner
            log.exception("run %s of %s", run.id, run.probe)
            mistake = "the service made a mistake; it is in the server's log"
            return End(run=run.id, status="failed", outcome=_failed(mistake))
        reason = outcome.error.message if outcome.error else None
        return End(run=run.id, status=outcome.status, outcome=outcome, reason=reason)

    async def _store_events(self, id: str, told: "asyncio.Queue[tuple[str, Any] | None]") -> None:
        while (event := await told.get()) is not None:
            try:
                await self.store.add_event(id, *event)
            except NotReady:  # progress that nobody is told of costs nothing else
                continue
            except StoreFault:
                log.exception("an event of run %s", id)


def _last_before_end(events: Sequence[Event]) -> int:
    """The number of the latest event but `end`, which a listener that comes again is told once more.

    Whoever claims to have seen more than there is would wait for ever.
    """
    return max((event.seq for event in events if event.kind != "end"), default=0)


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
