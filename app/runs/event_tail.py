"""Follows the events of runs: one task for each followed run reads the store, for all listeners of that run."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextvars import Context
from itertools import islice
from typing import TypeVar

from app.errors import NotReady, StoreFault, UnknownEntry
from app.runs.models import Event, Run
from app.runs.observers import Observer
from app.runs.outcome_spool import RunEnd
from app.runs.run_settings import RunLimits
from app.runs.store.store import Store

REST_SECONDS = 0.05
"""How long a tail waits between two reads at least, so that a burst of events costs few of them."""

EVENTS_AT_ONCE = 20
"""How many events one read returns at most, and how many a listener holds that reads slowly, or never."""

HELD_EVENTS = 50
"""How many of the newest events of a followed run stay in memory. A listener that needs older ones reads the store."""

log = logging.getLogger("tiebreak.runs")

T = TypeVar("T")


class Tail:
    """The newest events of one run. The task `feed` adds them; all listeners of the run read them here.

    Attributes:
        last: the number of the newest event that was added.
        over: no more events will be added.
    """

    def __init__(self, run: str, poll_seconds: float, feed: "Callable[[Tail], Coroutine[None, None, None]]") -> None:
        self.run, self.last, self.over = run, 0, False
        self._poll_seconds = poll_seconds
        self.listeners = 0
        # without the context of the first listener's request, whose id would mark what is logged for everybody
        self.task = asyncio.create_task(feed(self), name=f"tail of {run}", context=Context())
        self._held: deque[Event] = deque(maxlen=HELD_EVENTS)
        self._change, self._wake = asyncio.Event(), asyncio.Event()

    def begin(self, after: int) -> None:
        """Hold the events after this number."""
        self.last = after

    def add(self, events: Sequence[Event]) -> None:
        """Add the next events, and let the listeners go on."""
        self._held.extend(events)
        if events:
            self.last = events[-1].seq
            self._wake_listeners()

    def finish(self) -> None:
        """No more events will come: the listeners end."""
        self.over = True
        self._wake_listeners()

    def after(self, number: int) -> list[Event] | None:
        """The next events after a number, a few at a time; None when not all of them are held."""
        if number < (self._held[0].seq - 1 if self._held else self.last):
            return None
        return list(islice((event for event in self._held if event.seq > number), EVENTS_AT_ONCE))

    async def change(self) -> None:
        """Wait until events were added, or the tail is over."""
        await self._change.wait()

    def _wake_listeners(self) -> None:
        change, self._change = self._change, asyncio.Event()
        change.set()

    def wake(self) -> None:
        """Have the task read the store at once."""
        self._wake.set()

    async def pause(self) -> None:
        """Wait until `wake`, or until the next poll is due."""
        await asyncio.sleep(REST_SECONDS)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), self._poll_seconds)
        self._wake.clear()


class EventTails(Observer):
    """The tails of all runs that are followed. They end when `stopping` returns True."""

    def __init__(self, store: Store, stopping: Callable[[], bool], limits: RunLimits) -> None:
        self._store, self._stopping, self._limits = store, stopping, limits
        self._tails: dict[str, Tail] = {}

    async def follow(self, id: str, after: int = 0) -> AsyncGenerator[Event]:
        """The events of a run after number `after`: those that are stored, then those that come, until its end.

        A listener that names the last event, or a later one, gets `end` again: it would wait for ever otherwise.
        """
        if after:
            after = min(after, await self._last(id) or 0)
        with self._joined(id) as tail:
            while (new := await self._next(tail, after)) is not None:
                for event in new:
                    yield event
                    after = event.seq
                    if event.kind == "end":
                        return

    async def _next(self, tail: Tail, after: int) -> list[Event] | None:
        """The next events of a run, as soon as there are any; None when there will be none."""
        while not (new := tail.after(after)):
            if new is None:
                return await self._read(tail.run, after)
            if tail.over:
                return None
            await tail.change()
        return new

    @contextlib.contextmanager
    def _joined(self, id: str) -> Iterator[Tail]:
        """The tail of a run, with one more listener. The last listener that leaves ends the tail."""
        tail = self._tails.get(id)
        if tail is None:
            tail = self._tails[id] = Tail(id, self._limits.poll_seconds, self._feed)
        tail.listeners += 1
        try:
            yield tail
        finally:
            tail.listeners -= 1
            if not tail.listeners:
                del self._tails[id]
                tail.task.cancel()

    async def close(self) -> None:
        """End all tails, and with them all listeners."""
        tasks = [tail.task for tail in self._tails.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _feed(self, tail: Tail) -> None:
        """Hand the new events of a run to its tail, until the run or the service ends."""
        try:
            last = await self._last(tail.run)
            if last is None:
                return
            tail.begin(max(0, last - HELD_EVENTS))
            while (new := await self._read(tail.run, tail.last)) is not None:
                tail.add(new)
                if new and new[-1].kind == "end":
                    return
                if len(new) < EVENTS_AT_ONCE:
                    await tail.pause()
        except StoreFault:
            log.exception("the events of run %s", tail.run)
        finally:
            tail.finish()

    async def _read(self, id: str, after: int) -> list[Event] | None:
        return await self._patiently(lambda: self._store.events(id, after, EVENTS_AT_ONCE))

    async def _last(self, id: str) -> int | None:
        return await self._patiently(lambda: self._store.last_event(id))

    async def _patiently(self, read: Callable[[], Awaitable[T]]) -> T | None:
        """What the store answers, as soon as it can be reached; None when the run is deleted, or on a stop."""
        while not self._stopping():
            try:
                return await read()
            except UnknownEntry:
                return None
            except NotReady:
                await asyncio.sleep(self._limits.away_seconds)
        return None

    def started(self, run: Run, kind: str) -> None:  # noqa: ARG002 - the observer's
        self.event_stored(run.id)

    def ended(self, run: Run, kind: str, end: RunEnd) -> None:  # noqa: ARG002
        self.event_stored(run.id)

    def event_stored(self, run: str) -> None:
        if run in self._tails:
            self._tails[run].wake()
