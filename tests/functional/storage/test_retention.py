"""Old runs go, verdicts stay, and a link to what is gone says so."""

from pathlib import Path

import pytest

from app.runs.models import ClaimRuling
from app.runs.store.store import Store
from tests.support.runs.run_services import RUNS, application_with, executing, over, submitted
from tests.support.storage.databases import new_store
from tests.support.storage.stored_runs import begun, ended, queued
from tests.support.web.web_client import HTML, client_of, problem_fields
from tests.support.worker.interpreters import with_nothing_but_numpy
from tests.support.worker.tiny_probes import write_probe

ADVICE = "/advice?language=python&deployment=mobile&data_type=images&goal=production"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path / "data")


async def kept(store: Store) -> list[str]:
    runs, total = await store.page(1, 500)
    assert total == len(runs)
    return [run.id for run in runs][::-1]


async def let_go(store: Store, keep: int) -> int:
    went = 0
    while some := await store.let_go(keep):
        went += some
    return went


async def test_the_newest_stay_with_their_events_and_the_others_go(store: Store) -> None:
    ids = [await ended(store) for _ in range(130)]
    assert await let_go(store, 20) == 110
    assert await kept(store) == ids[-20:]
    assert [event.kind for event in await store.events(ids[-20], 0)] == ["status", "status", "end"]
    assert await let_go(store, 20) == 0
    assert await let_go(store, 1000) == 0


async def test_they_go_a_few_at_a_time(store: Store) -> None:
    for _ in range(120):
        await ended(store)
    assert [await store.let_go(10) for _ in range(4)] == [50, 50, 10, 0]


async def test_what_has_not_ended_stays(store: Store) -> None:
    waits, runs = await queued(store), await begun(store)
    for _ in range(5):
        await ended(store)
    last = await ended(store)
    assert await let_go(store, 1) == 5
    assert await kept(store) == [waits, runs, last]


async def test_the_newest_clear_verdict_on_each_subject_keeps_its_run(store: Store) -> None:
    old = await ended(store, {"a": "confirmed"})
    await ended(store, {"b": "partly"})
    newer = await ended(store, {"b": "refuted"})
    disturbed = await ended(store, {"a": "not_testable"})
    fast = await ended(store, speeds={"w": "pytorch_faster"})
    await ended(store, speeds={"w": "too_noisy"})
    final = await ended(store, speeds={"v": "too_noisy"})
    newest = [await ended(store) for _ in range(3)]
    before, _ = await store.verdicts_at(99)
    assert await let_go(store, 3) == 3
    assert await kept(store) == [old, newer, fast, final, *newest]  # the last verdict's number must not be given again
    assert disturbed not in await kept(store)
    after, _ = await store.verdicts_at(99)
    assert after == before
    assert await store.revision() == 7


def rulings(count: int) -> list[ClaimRuling]:
    return [("confirmed", "partly", "refuted")[number % 3] for number in range(count)]


async def test_a_revision_is_complete_or_known_to_be_gone(store: Store) -> None:
    """Against remembering everything: each state of knowledge is read as it was, or is below the mark."""
    states: list[dict[str, str]] = [{}]
    for number, verdict in enumerate(rulings(30)):
        subject = "abcde"[number * number % 5]
        await ended(store, {subject: verdict})
        states.append(states[-1] | {subject: verdict})
    for keep in (25, 17, 9, 4, 1):
        await let_go(store, keep)
        whole = 0
        for revision, state in enumerate(states):
            found, complete_from = await store.verdicts_at(revision)
            if revision >= complete_from:
                assert {one.subject: one.verdict for one in found} == state
                whole += 1
        assert whole >= 1
    assert whole < len(states)


async def test_a_finished_run_lets_the_oldest_go(tmp_path: Path, store: Store) -> None:
    write_probe(tmp_path, "fine")
    app = application_with(tmp_path, with_nothing_but_numpy(tmp_path / "slim"), keep_runs=100)
    ids = [await ended(store) for _ in range(103)]
    async with executing(app) as client:
        newest = await submitted(client, "fine")
        await over(client, newest)
        total = ""
        while total != "100":
            total = (await client.get(RUNS)).headers["total-count"]
        for id in ids[:4]:
            assert (await client.get(f"{RUNS}/{id}")).status_code == 404
            assert (await client.get(f"{RUNS}/{id}/events")).status_code == 404
            page = await client.get(f"/runs/{id}", headers=HTML)
            assert page.status_code == 404
            assert "or none any more" in page.text
        assert (await client.get(f"{RUNS}/{ids[4]}")).status_code == 200


async def test_a_link_to_verdicts_that_are_deleted_says_so(tmp_path: Path, store: Store) -> None:
    app = application_with(tmp_path, "python")
    claim = next(id for id, claim in app.state.service.knowledge.claims.items() if claim.is_decided_by_running)
    for verdict in rulings(3):
        await ended(store, {claim: verdict})
    assert await let_go(store, 1) == 2
    async with client_of(app) as client:
        gone = await client.get(f"{ADVICE}&verdicts=2")
        assert gone.status_code == 422
        assert problem_fields(gone) == ["verdicts"]
        assert "are deleted" in gone.text
        assert "3 is the first complete one" in gone.text
        for whole in ("3", "shipped"):
            assert (await client.get(f"{ADVICE}&verdicts={whole}")).status_code == 200
        assert (await client.get(f"{ADVICE}&verdicts=4")).status_code == 422
        page = await client.get(f"{ADVICE}&verdicts=2", headers=HTML)
        assert page.status_code == 422
        assert "are deleted" in page.text
