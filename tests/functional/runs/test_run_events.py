"""The events of a run: replayed, followed, and ended once, whoever listens and when."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import httpx
import pytest

from app.api.event_stream import EventStream
from app.runs.models import Event
from tests.support.runs.run_services import (
    RUNS,
    RunServer,
    application_with,
    events_of,
    over,
    parsed_events,
    run_server,
    submitted,
)
from tests.support.web.web_client import client_of
from tests.support.worker.interpreters import both_by, with_stand_in


async def test_events_are_replayed_from_the_start_and_end_once(client: httpx.AsyncClient) -> None:
    id = await submitted(client, "fine")
    await over(client, id)
    events = await events_of(client, id)
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    kinds = [event["event"] for event in events]
    assert kinds[0] == "status"
    assert kinds[-1] == "end"
    assert kinds.count("end") == 1
    assert "progress" in kinds
    assert set(kinds) <= set(Event.model_fields["kind"].annotation.__args__)  # type: ignore[union-attr]
    assert events[-1]["data"] == {"status": "done"}


@pytest.mark.parametrize(
    ("last", "skipped"),
    [("0", 0), ("1", 1), ("3", 3), ("", 0), ("x", 0), ("-1", 0), ("²", 0), (None, 0), ("0" * 5_000 + "1", 1)],
)
async def test_events_go_on_after_the_last_one_that_was_seen(
    client: httpx.AsyncClient, last: str | None, skipped: int
) -> None:
    id = await submitted(client, "fine")
    await over(client, id)
    headers = [] if last is None else [(b"last-event-id", last.encode())]
    response = await client.get(f"{RUNS}/{id}/events", headers=headers)
    assert list(parsed_events(iter(response.text.splitlines()))) == (await events_of(client, id))[skipped:]


@pytest.mark.parametrize("last", ["1000000", str(2**31), "9" * 40, "9" * 5_000])
async def test_a_listener_that_claims_to_have_seen_more_is_not_kept_waiting(
    client: httpx.AsyncClient, last: str
) -> None:
    id = await submitted(client, "fine")
    await over(client, id)
    async with asyncio.timeout(5):
        assert [event["event"] for event in await events_of(client, id, last)] == ["end"]


async def test_a_listener_that_connects_again_after_the_end_is_told_of_it_again(client: httpx.AsyncClient) -> None:
    """As a browser's EventSource does by itself when a stream ends."""
    id = await submitted(client, "fine")
    await over(client, id)
    end = (await events_of(client, id))[-1]
    async with asyncio.timeout(5):
        assert await events_of(client, id, str(end["id"])) == [end]


@pytest.fixture
def server(folder: Path, tmp_path: Path) -> Iterator[RunServer]:
    """A real server, whose streams are not gathered before they are handed on; PyTorch's stand-in can be timed."""
    interpreter = with_stand_in(tmp_path / "stand-in")
    settings = both_by(interpreter)
    with run_server(folder, tmp_path / "data", settings) as server:
        yield server


def test_events_come_while_a_run_goes_on(server: RunServer) -> None:
    id = server.submit("timed", control="pytorch")
    statuses = []
    for event in server.events(id):
        if event["event"] == "progress" and event["data"]["done"] == 1:
            statuses.append(server.get(id)["status"])
    assert statuses == ["running"]
    assert event["event"] == "end"
    run = server.get(id)
    assert run["status"] == "done"
    assert run["comparison"]["equivalence"]["passed"] is True
    assert len(run["results"][0]["samples_s"]) == 8


def test_a_late_listener_and_one_that_comes_again_miss_nothing(server: RunServer) -> None:
    id = server.submit("timed", control="pytorch")
    first = list(itertools.islice(server.events(id), 3))
    again = list(server.events(id, last_event_id=str(first[-1]["id"])))
    late = list(server.events(id))
    assert first + again == late
    assert [event["event"] for event in late].count("end") == 1
    assert any(event["event"] == "result" for event in late)


def test_a_listener_of_a_queued_run_hears_of_its_turn(server: RunServer) -> None:
    asleep, waits = server.submit("asleep"), server.submit("fine")
    events = server.events(waits)
    assert next(events)["data"] == {"status": "queued"}
    server.client.delete(f"{RUNS}/{asleep}")
    assert [event["data"]["status"] for event in events if event["event"] == "status"] == ["running", "done"]


def test_no_reader_is_kept_from_a_run_by_a_listener_that_went_away(server: RunServer) -> None:
    id = server.submit("asleep")
    for _ in range(5):
        with server.client.stream("GET", f"{RUNS}/{id}/events") as response:
            next(response.iter_lines())
    assert server.client.delete(f"{RUNS}/{id}").json()["status"] == "cancelled"
    assert server.over(server.submit("fine"))["status"] == "done"


async def test_a_stream_on_which_nothing_happens_says_that_it_is_open() -> None:
    end = asyncio.Event()

    async def events() -> AsyncGenerator[Event]:
        yield Event(seq=1, kind="status", data={"status": "queued"})
        await end.wait()
        yield Event(seq=2, kind="end", data={"status": "cancelled"})

    sent = []
    async for part in EventStream(events(), asyncio.Semaphore(), silence_seconds=0.05).body_iterator:
        sent.append(bytes(part).decode() if isinstance(part, (bytes, memoryview)) else part)
        if len(sent) == 4:
            end.set()
    text = "".join(sent)
    assert text.count(": ping") >= 2
    assert [event["event"] for event in parsed_events(iter(text.splitlines()))] == ["status", "end"]


async def test_listeners_never_take_every_connection(folder: Path, interpreter: str) -> None:
    """Half of the connections may follow events; whoever comes then is told when to come again, and pages go on."""
    app = application_with(folder, interpreter, connections=10)
    async with client_of(app) as client:
        id = await submitted(client, "fine")
        address = f"{RUNS}/{id}/events"
        listening = [asyncio.create_task(client.get(address)) for _ in range(5)]
        async with asyncio.timeout(30):
            while not app.state.service.listeners.locked():
                await asyncio.sleep(0.01)
        refused = await client.get(address)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert (await client.get(f"/runs/{id}")).status_code == 200
        await client.delete(f"{RUNS}/{id}")
        assert {response.status_code for response in await asyncio.gather(*listening)} == {200}
        assert (await client.get(address)).status_code == 200
