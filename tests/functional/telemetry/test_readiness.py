"""/readyz finds what is missing, says what it is, and is never slow about it."""

import asyncio
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from app.runs.run_settings import RunLimits
from app.runs.service import RunService
from tests.support.runs.run_services import application_with, executing, in_status, submitted
from tests.support.server.child_processes import PATIENCE_S, Server, serving
from tests.support.storage.databases import SERVER, in_database, take_away
from tests.support.web.web_client import HTML, client_of, problem_fields
from tests.support.worker.worker_processes import LINUX

LOCKED = ("BEGIN IMMEDIATE",) if SERVER is None else ("BEGIN", "LOCK TABLE runs")

CHECKS = {"store", "runner", "scratch", "machine_lock"}


@pytest.fixture
def runs(app: FastAPI) -> RunService:
    service: RunService = app.state.service.runs
    return service


async def test_a_ready_service_names_what_was_checked(executed: httpx.AsyncClient) -> None:
    answer = await executed.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"] == dict.fromkeys(CHECKS, "ok")


async def test_the_check_of_the_store_leaves_nothing_there(executed: httpx.AsyncClient) -> None:
    for _ in range(3):
        assert (await executed.get("/readyz")).status_code == 200
    assert (await executed.get("/api/v1/runs")).headers["total-count"] == "0"


async def not_ready(app: FastAPI) -> dict[str, str]:
    """The checks that fail, with their reasons; being alive is not affected."""
    async with client_of(app) as client:
        answer = await client.get("/readyz")
        assert (await client.get("/healthz")).status_code == 200
        page = await client.get("/readyz", headers=HTML)
    assert answer.status_code == page.status_code == 503
    assert page.headers["content-type"].startswith("text/html")
    assert problem_fields(answer)
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


def no_tables(data: Path) -> None:
    with in_database(data, "ALTER TABLE runs RENAME TO gone"):
        pass


def no_folder(data: Path) -> None:
    """A file stands where the folder of the runs' folders should be."""
    scratch = data / "scratch"
    if scratch.exists():
        scratch.rmdir()
    scratch.write_text("in the way")


@pytest.mark.parametrize(
    ("spoil", "check"),
    [(take_away, "store"), (no_tables, "store"), (no_folder, "scratch")],
    ids=lambda v: getattr(v, "__name__", v),
)
async def test_what_fails_is_named(app: FastAPI, folder: Path, spoil: Callable[[Path], None], check: str) -> None:
    spoil(folder / "data")
    assert list(await not_ready(app)) == [check]


async def test_a_store_that_can_only_be_read_is_not_ready(app: FastAPI, runs: RunService) -> None:
    only_reading = "PRAGMA query_only=ON" if SERVER is None else "SET default_transaction_read_only=on"
    event.listen(runs.store.database._engine.sync_engine, "connect", lambda c, _: c.cursor().execute(only_reading))
    async with client_of(app) as client:
        assert (await client.get("/api/v1/runs")).status_code == 200
    assert await not_ready(app) == {"store": "The store of runs cannot be written."}


async def test_a_locked_store_is_not_ready_in_time(folder: Path, interpreter: str) -> None:
    """The database itself would wait for ten seconds; what hangs is not asked a second time."""
    app = application_with(folder, interpreter, RunLimits(check_seconds=0.3))
    with in_database(folder / "data", *LOCKED):
        for _ in range(3):
            assert list(await not_ready(app)) == ["store"]
    async with asyncio.timeout(30), client_of(app) as client:
        while (await client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.1)


async def test_a_check_that_hangs_is_made_once(folder: Path, interpreter: str) -> None:
    app = application_with(folder, interpreter, RunLimits(check_seconds=0.05))
    calls: list[int] = []
    released = asyncio.Event()

    async def hang() -> None:
        calls.append(1)
        await released.wait()

    app.state.service.runs.readiness._checks["store"]._ask = hang
    for _ in range(3):
        assert list(await not_ready(app)) == ["store"]
    assert len(calls) == 1
    released.set()


async def test_asking_often_makes_the_server_write_seldom(app: FastAPI) -> None:
    calls: list[int] = []

    async def check() -> None:
        calls.append(1)

    app.state.service.runs.readiness._checks["store"]._ask = check
    async with client_of(app) as client:
        await asyncio.gather(*(client.get("/readyz") for _ in range(50)))
    assert 1 <= len(calls) < 25


async def test_a_runner_that_ended_is_not_ready(executed: httpx.AsyncClient, app: FastAPI, runs: RunService) -> None:
    assert runs.runner._task is not None
    runs.runner._task.cancel()
    await asyncio.wait({runs.runner._task})
    assert await not_ready(app) == {"runner": "Runs are not executed any more."}
    runs.runner._task = None


async def test_a_runner_that_is_stuck_is_not_ready(
    folder: Path, interpreter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = application_with(folder, interpreter, RunLimits(stuck_seconds=2.5))
    released = asyncio.Event()

    async def stuck(*_: Any) -> None:
        await released.wait()

    monkeypatch.setattr(app.state.service.runs.store, "claim", stuck)
    async with asyncio.timeout(30), executing(app) as client:
        while (await client.get("/readyz")).status_code == 200:
            await asyncio.sleep(0.2)
        assert list(await not_ready(app)) == ["runner"]
        released.set()
    assert RunLimits().stuck_seconds > 2


async def test_a_run_may_take_as_long_as_it_takes(folder: Path, interpreter: str) -> None:
    async with executing(application_with(folder, interpreter, RunLimits(stuck_seconds=0.01))) as client:
        id = await submitted(client, "asleep")
        await in_status(client, id, "running")
        await asyncio.sleep(0.1)
        assert (await client.get("/readyz")).json()["checks"]["runner"] == "ok"
        await client.delete(f"/api/v1/runs/{id}")


async def test_a_lock_that_cannot_be_opened_is_not_ready(app: FastAPI, runs: RunService, tmp_path: Path) -> None:
    runs.runner._executor.lock = tmp_path / "no" / "such" / "folder"  # type: ignore[attr-defined]
    assert list(await not_ready(app)) == ["machine_lock"]


def failing_at_last(server: Server) -> set[str]:
    """The checks that fail, once all that was found before is forgotten."""
    deadline = time.monotonic() + PATIENCE_S
    failing: set[str] = set()
    while len(failing) < 2 and time.monotonic() < deadline:
        answer = httpx.get(f"{server.address}/readyz")
        failing = set(problem_fields(answer)) if answer.status_code == 503 else set()
        time.sleep(0.1)
    return failing


@LINUX
def test_a_full_disk_shows(tmp_path: Path) -> None:
    """No file of the server's can be written any more, not even its log; it still answers and is seen."""
    with serving(tmp_path / "log") as server:
        assert httpx.get(f"{server.address}/readyz").status_code == 200
        hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, hard))
        assert failing_at_last(server) == {"store", "scratch"}
        for address in ("/healthz", "/", "/metrics"):
            assert httpx.get(server.address + address, headers=HTML).status_code == 200
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
