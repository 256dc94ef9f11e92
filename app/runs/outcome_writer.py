"""How ends of runs get into the store: patiently, once, and kept as files while it cannot be reached."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from app.errors import NotReady, StoreFault
from app.runs.models import Failure, Outcome
from app.runs.observers import Observer
from app.runs.outcome_spool import OutcomeSpool, RunEnd
from app.runs.requests import Requests
from app.runs.store.store import Store

AGAIN_SECONDS = 2.0
"""How long a store that could not be reached is left alone."""

log = logging.getLogger("tiebreak.runs")


@dataclass(frozen=True)
class OutcomeWriter:
    """Stores ends, and tells who watches.

    Attributes:
        spool: where ends wait as files; None where nobody would store them later.
    """

    store: Store
    requests: Requests
    observer: Observer
    spool: OutcomeSpool | None

    async def finish(self, end: RunEnd, attempts: int | None, stopping: Callable[[], bool]) -> None:
        """Store a run's end, for as long as it takes: what was measured for minutes must not be lost to a lock.

        Until the store takes it, it is kept as a file, so that neither a stop nor a crash loses it.

        Args:
            attempts: after how many of them to give up; None for never.

        Raises:
            NotReady: it was given up, or the service stops.
        """
        while True:
            try:
                await self.put(end)
                return
            except (NotReady, asyncio.CancelledError) as error:
                if self.spool is not None:
                    await asyncio.shield(asyncio.to_thread(self.spool.keep, end))
                attempts = None if attempts is None else attempts - 1
                if stopping() or attempts == 0 or isinstance(error, asyncio.CancelledError):
                    raise
            await asyncio.sleep(AGAIN_SECONDS)

    async def put_kept(self) -> None:
        """Store the ends that wait as files. Raises NotReady."""
        for end in self.spool.kept() if self.spool else ():
            await self.put(end)

    async def put(self, end: RunEnd) -> None:
        """Store an end; what the store refuses because of its content becomes a failure. Raises NotReady."""
        try:
            stored = await self._put(end)
        except StoreFault:
            log.exception("the outcome of run %s", end.run)
            stored = await self._put(
                failed(end.run, "what it found could not be stored; the reason is in the server's log")
            )
        if not stored:
            log.warning("run %s had ended already: its %s end is not stored", end.run, end.status)
        if self.spool is not None:
            self.spool.forget(end.run)

    async def _put(self, end: RunEnd) -> bool:
        """False when the run has ended already."""
        run = await self.store.finish(end.run, end.status, end.outcome, end.reason)
        if run is not None:
            self.observer.ended(run, self.requests.kind(run.probe), end)
        return run is not None


def failed(run: str, message: str) -> RunEnd:
    """The end of a run that failed for another reason than a half's."""
    outcome = Outcome(status="failed", error=Failure(reason="exception", message=message))
    return RunEnd(run=run, status="failed", outcome=outcome, reason=message)
