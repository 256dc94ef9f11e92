"""What happens in a run, told to a listener from the start or from where it was."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from app.errors import NotReady, UnknownEntry
from app.runs.models import Event
from app.runs.store.store import Store

FOLLOW_SECONDS = 0.25
AWAY_SECONDS = 2.0
"""How long a listener waits for a store that cannot be reached, before it is asked again."""
EVENTS_AT_ONCE = 20
"""How many events a listener is sent before more are read: one who reads slowly, or never, holds no more in memory."""


@dataclass(frozen=True)
class EventTail:
    """Reads the events of runs out of the store; ends with the run, or when `stopping`."""

    store: Store
    stopping: Callable[[], bool]

    async def follow(self, id: str, after: int = 0) -> AsyncIterator[Event]:
        """What happened in a run after an event, and what happens, until its end."""
        after = await self._seen(id, after) if after else 0
        while (new := await self._events(id, after)) is not None:
            for event in new:
                yield event
                after = event.seq
                if event.kind == "end":
                    return
            if self.stopping():
                return
            if len(new) < EVENTS_AT_ONCE:
                await asyncio.sleep(FOLLOW_SECONDS)

    async def _seen(self, id: str, after: int) -> int:
        """The event after which a listener goes on who names this one."""
        told = await self._events(id, 0, None)
        return min(after, _last_before_end(told)) if told else 0

    async def _events(self, id: str, after: int, limit: int | None = EVENTS_AT_ONCE) -> list[Event] | None:
        """The first events after this number, as soon as the store can be reached; None when there will be none."""
        while not self.stopping():
            try:
                return await self.store.events(id, after, limit)
            except UnknownEntry:  # let go meanwhile
                return None
            except NotReady:  # a listener waits for the store as it waits for the run
                await asyncio.sleep(AWAY_SECONDS)
        return None


def _last_before_end(events: Sequence[Event]) -> int:
    """The number of the latest event but `end`, which a listener that comes again is told once more.

    Whoever claims to have seen more than there is would wait for ever.
    """
    return max((event.seq for event in events if event.kind != "end"), default=0)
