"""Executes runs, one at a time: claims what waits, watches over it, and sees to what crashed runners left."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from app.errors import InvalidFields, NotReady, StoreFault
from app.runs.heartbeat import Heartbeat
from app.runs.local_executor import Executor
from app.runs.measuring.jobs import EventKind, ReportEvent
from app.runs.models import Run, RunRequest
from app.runs.observers import Observer, executing
from app.runs.outcome_spool import RunEnd
from app.runs.outcome_writer import OutcomeWriter, failed
from app.runs.requests import Requests
from app.runs.run_settings import RunLimits
from app.runs.store.store import Store
from app.runs.worker.failures import Cancelled

IDLE_SECONDS = 2.0
"""How long the runner sleeps when nothing waits; another process may have queued something meanwhile."""
WATCH_SECONDS = 0.4
"""How often it is looked whether somebody has cancelled what is executed, in this process or another."""
FINISH_ATTEMPTS = 5
"""How often a run in the foreground tries to store its end; the service tries for as long as it lives."""
STOP_SECONDS = 3.0
"""How long a stop waits for the end of the run to be stored; afterwards it waits as a file for the next start."""

log = logging.getLogger("tiebreak.runs")


class Runner:
    """The one in this process that executes runs. `start` begins with what waits.

    Attributes:
        stopping: nothing is begun any more.
        heartbeat: this runner among all that share the store.
    """

    def __init__(
        self,
        store: Store,
        requests: Requests,
        executor: Executor,
        writer: OutcomeWriter,
        observer: Observer,
        limits: RunLimits,
    ) -> None:
        self._store, self._requests, self._executor, self._writer = store, requests, executor, writer
        self._observer, self._limits = observer, limits
        self.heartbeat = Heartbeat(store, limits)
        self._wake = asyncio.Event()
        self.stopping = False
        self._task: asyncio.Task[None] | None = None
        self._housekeeping: asyncio.Task[None] | None = None
        self._looked: float | None = None

    async def start(self) -> None:
        """Clean up after runners that crashed, and begin to execute what waits."""
        with contextlib.suppress(NotReady):  # it was there a moment ago: the housekeeping comes back to it
            await self._keep_house()
        self._task = asyncio.create_task(self._work(), name="runs")
        self._housekeeping = asyncio.create_task(self._repeat(self._keep_house), name="housekeeping")

    def wake(self) -> None:
        """Something waits: look for it at once."""
        self._wake.set()

    async def check(self) -> None:
        """Raises NotReady when nothing executes runs any more, or has not looked for the next one for long."""
        if self._task is not None and self._task.done():
            raise NotReady("Runs are not executed any more.")
        if self._looked is not None and time.monotonic() - self._looked > self._limits.stuck_seconds:
            raise NotReady(f"It has not looked for runs for more than {self._limits.stuck_seconds:.0f} s.")

    def stop_soon(self) -> None:
        """End what is executed; may be called from a signal handler."""
        self.stopping = True
        self._executor.cancel_all()

    async def stop(self) -> None:
        """End what is executed, and mark it as interrupted."""
        self.stop_soon()
        if self._task is not None and self._housekeeping is not None:
            self._wake.set()
            await asyncio.wait({self._task}, timeout=STOP_SECONDS)
            self._task.cancel()
            self._housekeeping.cancel()
            await asyncio.wait({self._task, self._housekeeping})
            with contextlib.suppress(NotReady, TimeoutError):
                async with asyncio.timeout(1):
                    await self.heartbeat.leave()

    async def execute_now(self, id: str, request: RunRequest, seed: int, report: ReportEvent) -> None:
        """Execute a run at once, past the queue, and store it like any other. Raises NotReady."""
        await self.heartbeat.beat()
        run = await self._store.begin(id, request, seed, self.heartbeat.name)
        beating = asyncio.create_task(self._repeat(self.heartbeat.beat))
        try:
            await self._execute(run, seed, report, FINISH_ATTEMPTS)
        finally:
            beating.cancel()
        with contextlib.suppress(NotReady):
            await self.heartbeat.leave()

    def cancel(self, run: str) -> None:
        """Have a run end that is executed here; others are ignored."""
        self._executor.cancel(run)

    async def _keep_house(self) -> None:
        """Say that this runner lives, store the writer that the store did not take, recover what crashed runners left.

        Raises:
            NotReady: the store cannot be reached.
        """
        await self.heartbeat.beat()
        await self._writer.put_kept()
        await self._recover()

    async def _recover(self) -> None:
        """Mark what a crashed runner left as interrupted, and end the processes that it left."""
        running = {run.id: runner for run, runner in await self._store.unfinished() if runner is not None}
        gone = await self.heartbeat.gone_among(running.values())
        for run, runner in running.items():
            if runner in gone:
                await asyncio.to_thread(self._executor.clean_up, run, runner)
                reason = "the process that executed it ended"
                await self._writer.put(RunEnd(run=run, status="interrupted", reason=reason))
        if gone:
            await self._store.leave(*gone)

    async def _repeat(self, duty: Callable[[], Awaitable[None]]) -> None:
        """Do something every few seconds, whether or not the store was there the last time."""
        while True:
            await asyncio.sleep(self._limits.beat_seconds)
            try:
                await duty()
            except NotReady:
                continue
            except Exception:  # nothing that happens once may end what has to happen again
                log.exception("keeping house")

    async def _work(self) -> None:
        while not self.stopping:
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
        await self._requests.inspection.settle()
        if self.stopping:  # what waits is for the next start
            return False
        await self.heartbeat.beat_if_late()
        claimed = await self._store.claim(self.heartbeat.name)
        if claimed is not None:
            await self._execute(*claimed)
        return claimed is not None

    async def _execute(
        self, run: Run, seed: int, watch: ReportEvent | None = None, attempts: int | None = None
    ) -> None:
        """Execute a claimed run, store its end, whatever that is, and let old runs go."""
        mark, self._looked = executing.set(run.id), None  # how long a run may take is its own affair
        self._observer.started(run, self._requests.kind(run.probe))
        try:
            await self._writer.finish(await self._told(run, seed, watch), attempts, lambda: self.stopping)
        finally:
            executing.reset(mark)
            self._looked = time.monotonic()
        await self._let_old_runs_go()

    async def _told(self, run: Run, seed: int, watch: ReportEvent | None) -> RunEnd:
        """Execute a run, storing what it tells."""
        told: asyncio.Queue[tuple[str, Any] | None] = asyncio.Queue()
        teller = asyncio.create_task(self._store_events(run.id, told))

        def report(kind: EventKind, data: Mapping[str, Any]) -> None:
            told.put_nowait((kind, data))
            if watch is not None:
                watch(kind, data)

        unwanted = asyncio.create_task(self._end_when_unwanted(run.id))
        end = await self._outcome(run, seed, report)
        unwanted.cancel()
        told.put_nowait(None)
        await teller
        return end

    async def _end_when_unwanted(self, id: str) -> None:
        """Have the executor end a run that was cancelled through another process, or that counts as ended already."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            with contextlib.suppress(NotReady):
                if not await self._store.is_wanted(id, self.heartbeat.name):
                    self._executor.cancel(id)

    async def _let_old_runs_go(self) -> None:
        """A few at a time, so that others get their turn."""
        with contextlib.suppress(NotReady):  # the next run's end comes back to it
            while (kept := self._limits.keep_runs) is not None and await self._store.let_go(kept):
                await asyncio.sleep(0)

    async def _outcome(self, run: Run, seed: int, report: ReportEvent) -> RunEnd:
        """How a run ended: its status, its outcome if there is one, and a reason if it needs one."""
        try:
            await self._requests.check(run.request)
            outcome = await self._executor.execute(run.id, self._requests.job(run.request, seed), report)
        except Cancelled:
            if self.stopping:
                return RunEnd(run=run.id, status="interrupted", reason="the service was stopped")
            return RunEnd(run=run.id, status="cancelled", reason="cancelled while it ran")
        except InvalidFields as error:  # the probe or the device is gone since it was queued
            return failed(run.id, str(error))
        except Exception:  # one run's misfortune must not end the runner
            log.exception("run %s of %s", run.id, run.probe)
            return failed(run.id, "the service made a mistake; it is in the server's log")
        reason = outcome.error.message if outcome.error else None
        return RunEnd(run=run.id, status=outcome.status, outcome=outcome, reason=reason)

    async def _store_events(self, id: str, told: "asyncio.Queue[tuple[str, Any] | None]") -> None:
        while (event := await told.get()) is not None:
            try:
                await self._store.add_event(id, *event)
                self._observer.event_stored(id)
            except NotReady:  # only progress is lost
                continue
            except StoreFault:
                log.exception("an event of run %s", id)
