"""One tail for all listeners of a run: what it reads, what it holds, and that nothing of it stays."""

import asyncio
import gc
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from app.api.event_stream import EventStream
from app.errors import NotReady
from app.runs.event_tail import EVENTS_AT_ONCE, HELD_EVENTS, EventTails
from app.runs.models import Event
from app.runs.run_settings import RunLimits
from app.runs.store.store import Store
from tests.support.runs.run_services import application_with, events_of, executing, submitted
from tests.support.storage.databases import address_of, closed_later, new_store
from tests.support.storage.stored_runs import begun, ended

LISTENERS = 200
EVENTS = 30
NEVER = 600.0


class CountedStore(Store):
    """Counts how often events are read, and fails as often as it is told to."""

    reads = 0
    failures = 0

    async def events(self, id: str, after: int, limit: int | None = None) -> list[Event]:
        self.reads += 1
        if self.failures:
            self.failures -= 1
            raise NotReady("The store cannot be reached.")
        return await super().events(id, after, limit)


@pytest.fixture
async def store(tmp_path: Path) -> CountedStore:
    await asyncio.to_thread(new_store, tmp_path)
    store = closed_later(CountedStore(address_of(tmp_path)))
    assert isinstance(store, CountedStore)
    return store


@pytest.fixture
async def tails(store: Store) -> AsyncIterator[EventTails]:
    tails = EventTails(store, lambda: False, RunLimits(away_seconds=0.01))
    yield tails
    await tails.close()


async def all_of(events: AsyncGenerator[Event]) -> list[int]:
    return [event.seq async for event in events]


async def first_of(events: AsyncGenerator[Event], count: int) -> list[int]:
    return [(await anext(events)).seq for _ in range(count)]


async def add(store: Store, run: str, count: int, tails: EventTails | None = None) -> None:
    """Store events, and tell the tails of each, as the runner of this process does."""
    for number in range(count):
        await store.add_event(run, "progress", {"done": number})
        if tails is not None:
            tails.event_stored(run)


async def settled(tasks: set[Any], threads: int) -> bool:
    """Whether there are no more tasks and threads than before, a moment later."""
    for _ in range(200):
        if asyncio.all_tasks() <= tasks and threading.active_count() <= threads:
            return True
        await asyncio.sleep(0.02)
    return False


async def test_two_hundred_listeners_read_the_store_as_often_as_one(store: CountedStore, tails: EventTails) -> None:
    run = await begun(store)
    listeners = [asyncio.create_task(all_of(tails.follow(run))) for _ in range(LISTENERS)]
    started = asyncio.get_running_loop().time()
    await add(store, run, EVENTS, tails)
    await store.finish(run, "failed", None)
    tails.event_stored(run)
    heard = await asyncio.gather(*listeners)
    polls = (asyncio.get_running_loop().time() - started) / RunLimits().poll_seconds
    assert heard == [list(range(1, EVENTS + 4))] * LISTENERS
    assert store.reads <= EVENTS + polls + 3


async def test_listeners_that_come_again_go_on_where_they_were(store: CountedStore, tails: EventTails) -> None:
    run = await begun(store)
    await add(store, run, EVENTS)
    listeners = [asyncio.create_task(all_of(tails.follow(run, after))) for after in range(EVENTS)]
    await asyncio.sleep(0.1)
    await store.finish(run, "failed", None)
    assert await asyncio.gather(*listeners) == [list(range(after + 1, EVENTS + 4)) for after in range(EVENTS)]


async def test_an_event_of_this_process_is_heard_of_at_once(store: CountedStore) -> None:
    tails, run = EventTails(store, lambda: False, RunLimits(poll_seconds=NEVER)), await begun(store)
    async with asyncio.timeout(20), aclosing(tails.follow(run)) as events:
        assert await first_of(events, 1) == [1]
        await add(store, run, 1, tails)
        assert await first_of(events, 1) == [2]


async def test_a_run_of_this_process_wakes_its_listeners(folder: Path, interpreter: str) -> None:
    app = application_with(folder, interpreter, RunLimits(poll_seconds=NEVER))
    async with asyncio.timeout(60), executing(app) as client:
        asleep, waits = await submitted(client, "asleep"), await submitted(client, "fine")
        listening = asyncio.create_task(events_of(client, waits))
        await client.delete(f"/api/v1/runs/{asleep}")
        assert [event["event"] for event in await listening][-1] == "end"


async def test_a_run_of_another_process_is_polled_once_for_all(store: CountedStore, tails: EventTails) -> None:
    run = await begun(store)
    listeners = [asyncio.create_task(all_of(tails.follow(run))) for _ in range(LISTENERS)]
    await asyncio.sleep(4 * RunLimits().poll_seconds)
    assert store.reads <= 6
    await store.finish(run, "failed", None)
    assert await asyncio.gather(*listeners) == [[1, 2, 3]] * LISTENERS


async def test_a_listener_that_does_not_read_holds_few_events(store: CountedStore, tails: EventTails) -> None:
    run = await begun(store)
    async with aclosing(tails.follow(run)) as slow, aclosing(tails.follow(run)) as quick:
        heard = await first_of(slow, 1)
        for _ in range(6):
            await add(store, run, HELD_EVENTS, tails)
            await first_of(quick, HELD_EVENTS)
        gc.collect()
        assert sum(isinstance(one, Event) for one in gc.get_objects()) <= HELD_EVENTS + 3 * EVENTS_AT_ONCE
        await store.finish(run, "failed", None)
        assert heard + await all_of(slow) == list(range(1, 6 * HELD_EVENTS + 4))


async def test_a_long_history_is_read_in_pieces_and_not_held(store: CountedStore, tails: EventTails) -> None:
    run = await begun(store)
    await add(store, run, 3 * HELD_EVENTS)
    await store.finish(run, "failed", None)
    assert await all_of(tails.follow(run)) == list(range(1, 3 * HELD_EVENTS + 4))


async def test_a_store_that_is_away_is_waited_for(store: CountedStore, tails: EventTails) -> None:
    run = await ended(store)
    store.failures = 3
    assert await all_of(tails.follow(run)) == [1, 2, 3]


@pytest.mark.parametrize("after", [0, 1, 99])
async def test_a_run_that_is_not_there_ends_its_listeners(tails: EventTails, after: int) -> None:
    assert await all_of(tails.follow("nothing", after)) == []


async def test_a_stop_ends_all_listeners(store: CountedStore) -> None:
    stopping = asyncio.Event()
    tails = EventTails(store, stopping.is_set, RunLimits())
    run = await begun(store)
    following = [tails.follow(run) for _ in range(LISTENERS)]
    async with asyncio.timeout(60):
        assert await asyncio.gather(*(first_of(events, 1) for events in following)) == [[1]] * LISTENERS
        stopping.set()
        assert await asyncio.gather(*map(all_of, following)) == [[]] * LISTENERS


async def test_nothing_stays_of_listeners_that_left(store: CountedStore, tails: EventTails) -> None:
    run = await begun(store)
    tasks, threads = asyncio.all_tasks(), threading.active_count()
    following = [tails.follow(run) for _ in range(LISTENERS)]
    assert await asyncio.gather(*(first_of(events, 1) for events in following)) == [[1]] * LISTENERS
    waiting = [asyncio.create_task(all_of(events)) for events in following[::2]]
    await asyncio.sleep(0.1)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    for events in following[1::2]:
        await events.aclose()
    assert await settled(tasks, threads)
    reads = store.reads
    await asyncio.sleep(3 * RunLimits().poll_seconds)
    assert store.reads == reads


@pytest.mark.parametrize("reads", [True, False])
async def test_nothing_stays_of_a_connection_that_is_closed(
    store: CountedStore, tails: EventTails, reads: bool
) -> None:
    """While the stream waits for the next event, and while it waits for a client that reads nothing."""
    run = await begun(store)
    tasks, threads = asyncio.all_tasks(), threading.active_count()
    places, sent = asyncio.Semaphore(1), asyncio.Event()

    async def send(message: Any) -> None:
        if message.get("body"):
            sent.set()
            await asyncio.sleep(0 if reads else NEVER)

    async def receive() -> dict[str, str]:
        await sent.wait()
        await asyncio.sleep(0.1)
        return {"type": "http.disconnect"}

    gc.disable()
    try:
        await EventStream(tails.follow(run), places)({"type": "http"}, receive, send)
        assert not places.locked()
        assert await settled(tasks, threads)
    finally:
        gc.enable()
