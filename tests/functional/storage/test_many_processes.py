"""Several processes on one database, all at once: each run is executed once, numbered once, ended once."""

import asyncio
from collections import Counter
from itertools import chain
from pathlib import Path

import pytest

from app.errors import StoreFault, UnknownEntry
from app.runs.models import Outcome, Result, RunRequest
from app.runs.store.store import Store
from tests.support.storage.crowds import CROWD, at_once
from tests.support.storage.databases import new_store
from tests.support.storage.stored_runs import RUNNER, begun, ended, queued


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


CLAIM = """
claimed = []
while (one := await store.claim(me)) is not None:
    claimed.append(one[0].id)
    assert await store.finish(one[0].id, "failed", None)
return claimed
"""


async def test_each_run_is_claimed_once_and_in_its_order(store: Store, tmp_path: Path) -> None:
    ids = [await queued(store) for _ in range(40)]
    claimed = await asyncio.to_thread(at_once, tmp_path, CLAIM)
    assert sorted(chain(*claimed)) == sorted(ids)
    assert all(one == sorted(one, key=ids.index) for one in claimed)
    for id in ids:
        told = [event.data["status"] for event in await store.events(id, 0)]
        assert told == ["queued", "running", "failed", "failed"]


async def test_events_of_many_processes_are_numbered_without_a_gap(store: Store, tmp_path: Path) -> None:
    id = await begun(store)
    work = f'for number in range(25): await store.add_event("{id}", "progress", {{"by": me, "number": number}})'
    await asyncio.to_thread(at_once, tmp_path, work)
    _, *events = await store.events(id, 0)
    assert [event.seq for event in events] == list(range(2, 2 + 25 * CROWD))
    for by in {event.data["by"] for event in events}:
        assert [event.data["number"] for event in events if event.data["by"] == by] == list(range(25))


async def test_together_they_do_not_get_past_the_queue_s_limit(store: Store, tmp_path: Path) -> None:
    work = """
said = []
for number in range(10):
    run = await store.enqueue(f"{number}-" + me.split("/")[1], RunRequest(probe="fine"), 1, 5)
    said.append(run if isinstance(run, int) else "stored")
return said
"""
    said = Counter(chain(*await asyncio.to_thread(at_once, tmp_path, work)))
    assert said == {"stored": 6, 6: 10 * CROWD - 6}
    assert len(await store.unfinished()) == 6


async def test_a_run_ends_once(store: Store, tmp_path: Path) -> None:
    ids = [await begun(store) for _ in range(10)]
    work = f'return [await store.finish(id, "failed", None, me) is not None for id in {ids}]'
    said = await asyncio.to_thread(at_once, tmp_path, work)
    assert [sum(one) for one in zip(*said, strict=True)] == [1] * 10
    for id in ids:
        events = await store.events(id, 0)
        assert [event.kind for event in events] == ["status", "status", "end"]
        assert [event.data.get("reason") for event in events[1:2]] == [
            f"host/{said.index(next(one for one in said if one[ids.index(id)]))}/1.00"
        ]


FIND_AND_LOOK = """
seen = {}
for number in range(12):
    run = await store.begin(f"{number}-" + me.split("/")[1], RunRequest(probe="fine"), 1, me)
    verdicts = tuple(ClaimVerdict(claim=f"{me}-{n}", verdict="confirmed", reason="So.") for n in range(20))
    await store.finish(run.id, "done", Outcome(status="done", verdicts=verdicts))
    revision = await store.revision()
    found, _ = await store.verdicts_at(revision)
    seen[revision] = sorted(one.number for one in found)
return seen
"""


async def test_a_revision_stays_as_it_is_while_other_processes_store_verdicts(store: Store, tmp_path: Path) -> None:
    for seen in await asyncio.to_thread(at_once, tmp_path, FIND_AND_LOOK):
        for revision, numbers in seen.items():
            found, _ = await store.verdicts_at(int(revision))
            assert sorted(one.number for one in found) == numbers


async def test_a_claim_whose_answer_got_lost_is_told_again(store: Store) -> None:
    """The commit may arrive and its acknowledgement not: the run would stay running for ever, and nobody execute it."""
    first, second = await queued(store), await queued(store)
    for _ in range(2):
        claimed = await store.claim(RUNNER)
        assert claimed is not None
        assert claimed[0].id == first
    await store.finish(first, "failed", None)
    claimed = await store.claim(RUNNER)
    assert claimed is not None
    assert claimed[0].id == second
    assert [event.data["status"] for event in await store.events(second, 0)] == ["queued", "running"]


async def test_a_run_is_wanted_by_its_runner_until_somebody_says_otherwise(store: Store) -> None:
    cancelled, taken, waits = await begun(store), await begun(store), await queued(store)
    assert await store.is_wanted(cancelled, RUNNER)
    assert not await store.is_wanted(cancelled, "other/1/1.00")
    await store.ask_to_cancel(cancelled)
    await store.finish(taken, "interrupted", None)
    await store.ask_to_cancel(waits)
    await store.ask_to_cancel("nothing")
    for id in (cancelled, taken, waits, "nothing"):
        assert not await store.is_wanted(id, RUNNER)
    assert [run.id for run, _ in await store.unfinished()] == [cancelled]


async def test_nothing_is_told_of_a_run_after_its_end(store: Store) -> None:
    id = await ended(store)
    before = await store.events(id, 0)
    await store.add_event(id, "progress", {})
    await store.add_event("nothing", "progress", {})
    assert await store.events(id, 0) == before


@pytest.mark.parametrize("id", ["nothing", "\0", "x" * 5000, "ä\u2028😀"])
async def test_whatever_is_asked_for_that_is_not_there_is_not_there(store: Store, id: str) -> None:
    assert await store.get(id) is None
    assert (await store.page(1, 10, id)) == ([], 0)
    assert not await store.finish(id, "failed", None)
    with pytest.raises(UnknownEntry):
        await store.events(id, 0)


async def test_numbers_that_json_lacks_come_back_as_they_were(store: Store) -> None:
    id = await begun(store)
    result = Result(framework="pytorch", place="first", version=None, iqr_s=float("inf"), ci95_s=(float("nan"), 1.0))
    assert await store.finish(id, "done", Outcome(status="done", results=(result,)))
    run = await store.get(id)
    assert run is not None
    assert run.results[0].iqr_s == float("inf")
    assert str(run.results[0].ci95_s) == "(nan, 1.0)"


async def test_what_the_database_refuses_is_our_fault_and_not_its_absence(store: Store) -> None:
    id = await queued(store)
    with pytest.raises(StoreFault):
        await store.enqueue(id, RunRequest(probe="fine"), 1, 100)
    assert store.database.troubles == {}
    assert len(await store.unfinished()) == 1


async def test_verdicts_that_are_not_clear_change_nothing(store: Store) -> None:
    await ended(store, {"a": "confirmed"}, {"w": "pytorch_faster"})
    await ended(store, {"a": "not_testable"}, {"w": "too_noisy"})
    found, _ = await store.verdicts_at(await store.revision())
    assert {(one.kind, one.subject, one.verdict) for one in found} == {
        ("claim", "a", "confirmed"),
        ("speed", "w", "pytorch_faster"),
    }
