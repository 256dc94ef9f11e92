"""Runs as callers meet them: submitted, queued, executed one at a time, cancelled."""

import asyncio
from pathlib import Path

import httpx
import psutil
import pytest
from fastapi import FastAPI

from app.runs.runner_names import runner_is_gone, this_runner
from tests.support.pages.page_tree import parse_page, text_of
from tests.support.runs.run_services import (
    FORM,
    RUNS,
    application_with,
    events_of,
    executing,
    over,
    submitted,
)
from tests.support.web.web_client import HTML, problem_fields
from tests.support.worker.worker_processes import LINUX, workers_of


async def test_a_run_is_stored_before_it_is_answered(waiting: httpx.AsyncClient) -> None:
    response = await waiting.post(RUNS, json={"probe": "fine"})
    run = response.json()
    assert response.status_code == 202
    assert response.headers["location"] == f"{RUNS}/{run['id']}"
    assert (run["probe"], run["preset"], run["device"], run["status"]) == ("fine", "quick", "cpu", "queued")
    assert run["created_at"]
    assert (run["started_at"], run["finished_at"], run["results"], run["error"]) == (None, None, [], None)
    assert (await waiting.get(response.headers["location"])).json() == run


async def test_a_run_passes_from_queued_to_done(client: httpx.AsyncClient) -> None:
    run = await over(client, await submitted(client, "fine"))
    assert run["status"] == "done"
    assert run["created_at"] <= run["started_at"] <= run["finished_at"]
    assert [result["framework"] for result in run["results"]] == ["pytorch", "tensorflow"]
    assert all(result["observation"] == {"seen": "all of it"} for result in run["results"])
    assert run["environment"]["protocol"]["seed"] >= 0
    statuses = [event["data"]["status"] for event in await events_of(client, run["id"]) if event["event"] == "status"]
    assert statuses == ["queued", "running", "done"]


async def test_a_run_that_fails_says_why(client: httpx.AsyncClient) -> None:
    run = await over(client, await submitted(client, "broken"))
    assert run["status"] == "failed"
    assert run["error"]["reason"] == "exception"
    assert run["error"]["message"] == "RuntimeError: <b>no</b>"
    ended = (await events_of(client, run["id"]))[-2]
    assert ended["data"] == {"status": "failed", "reason": "RuntimeError: <b>no</b>"}


async def test_runs_are_executed_one_at_a_time_in_their_order(client: httpx.AsyncClient, folder: Path) -> None:
    ids = [await submitted(client, probe) for probe in "cab"]
    for id in ids:
        await over(client, id)
    notes = (folder / "notes").read_text().splitlines()
    assert notes == [f"{name} {moment}" for name in "cab" for moment in ("begins", "ends")]


async def test_what_waits_when_the_service_stops_is_executed_at_the_next_start(
    folder: Path, interpreter: str, waiting: httpx.AsyncClient
) -> None:
    id = await submitted(waiting, "fine")
    async with executing(application_with(folder, interpreter)) as client:
        assert (await over(client, id))["status"] == "done"


async def test_a_probe_that_is_gone_when_its_turn_comes_fails(
    folder: Path, interpreter: str, waiting: httpx.AsyncClient
) -> None:
    id = await submitted(waiting, "a")
    (folder / "capability" / "a.py").unlink()
    async with executing(application_with(folder, interpreter)) as client:
        run = await over(client, id)
        assert run["status"] == "failed"
        assert "no such probe" in run["error"]["message"]
        assert (await client.get(f"/runs/{id}", headers=HTML)).status_code == 200


def test_a_runner_is_known_by_its_process_whatever_the_clock_says(monkeypatch: pytest.MonkeyPatch) -> None:
    runner, (boot, create) = this_runner(), (psutil.boot_time, psutil.Process.create_time)
    host, pid, born = runner.rsplit("/", 2)
    monkeypatch.setattr(psutil, "boot_time", lambda: boot() + 3600)  # somebody has set the clock
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: create(process) + 3600)
    assert not runner_is_gone(runner)
    assert runner_is_gone(f"{host}/{pid}/{float(born) - 1:.2f}")  # another process with this number
    assert runner_is_gone(f"{host}-2/{pid}/{born}")
    assert runner_is_gone(f"{host}/{2**22 + 1}/{born}")


async def test_a_full_queue_says_when_to_come_again(client: httpx.AsyncClient) -> None:
    first = await submitted(client, "asleep")
    waits = [await submitted(client, "fine") for _ in range(2)]
    refused = await client.post(RUNS, json={"probe": "fine"})
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert int(refused.headers["retry-after"]) > 0
    assert (await client.delete(f"{RUNS}/{waits[0]}")).status_code == 200
    assert (await client.post(RUNS, json={"probe": "fine"})).status_code == 202
    await client.delete(f"{RUNS}/{first}")


async def test_submitting_at_once_does_not_get_past_the_limit(waiting: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(waiting.post(RUNS, json={"probe": "fine"}) for _ in range(12)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [202] * 3 + [429] * 9
    assert (await waiting.get(RUNS)).headers["total-count"] == "3"


async def test_the_page_says_that_the_queue_is_full(waiting: httpx.AsyncClient) -> None:
    for _ in range(3):
        await submitted(waiting, "fine")
    refused = await waiting.post("/probes/fine", headers=FORM)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert "wait or run already" in text_of(parse_page(refused.text))


async def test_a_queued_run_can_be_cancelled(waiting: httpx.AsyncClient) -> None:
    id = await submitted(waiting, "fine")
    response = await waiting.delete(f"{RUNS}/{id}")
    assert response.status_code == 200
    assert response.json()["status"] == "cancelled"
    events = await events_of(waiting, id)
    assert [event["event"] for event in events] == ["status", "status", "end"]
    assert events[1]["data"] == {"status": "cancelled", "reason": "cancelled before it started"}


@LINUX
async def test_a_running_run_can_be_cancelled_and_its_processes_are_gone(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    owner = app.state.service.runs.runner._executor.owner
    id = await submitted(client, "asleep")
    async with asyncio.timeout(20):
        while not workers_of(owner):
            await asyncio.sleep(0.02)
    response = await client.delete(f"{RUNS}/{id}")
    assert response.json()["status"] == "cancelled"
    assert workers_of(owner) == []
    assert (await over(client, await submitted(client, "fine")))["status"] == "done"


async def test_what_is_over_cannot_be_cancelled(client: httpx.AsyncClient) -> None:
    for probe in ("fine", "broken"):
        id = await submitted(client, probe)
        run = await over(client, id)
        response = await client.delete(f"{RUNS}/{id}")
        assert response.status_code == 409
        assert problem_fields(response) == ["id"]
        assert (await client.get(f"{RUNS}/{id}")).json() == run


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
@pytest.mark.parametrize("id", ["nothing", "0" * 16, "%00", "x" * 3000, "%F0%9F%98%80"])
async def test_an_unknown_run_is_a_404(waiting: httpx.AsyncClient, method: str, id: str) -> None:
    place = f"/runs/{id}/cancel" if method == "POST" else f"{RUNS}/{id}"
    headers = {"content-type": "application/x-www-form-urlencoded"} if method == "POST" else {}
    response = await waiting.request(method, place, headers=headers)
    assert response.status_code == 404
    assert problem_fields(response) == ["id"]
    assert (await waiting.get(f"{RUNS}/{id}/events")).status_code == 404
