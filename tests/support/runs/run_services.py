"""The application with a catalogue of tiny probes and interpreters that start at once: in this process, or as a server.

What its runs find is not the point; that they are queued, told, shown, ended and kept is.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from app.main import create_app
from app.runs.catalogue import read_catalogue
from app.runs.run_settings import RunLimits
from app.settings import Settings
from tests.support.server.child_processes import PATIENCE_S, RUNNING, environment
from tests.support.server.forking import Program, start_program
from tests.support.storage.databases import closed_later, database_of
from tests.support.web.web_client import HTML, client_of
from tests.support.worker.worker_processes import workers_of

RUNS = "/api/v1/runs"
FORM = {**HTML, "content-type": "application/x-www-form-urlencoded"}

FINAL = ("done", "failed", "cancelled", "interrupted")

START = """
import sys
from functools import partial
from pathlib import Path
from app.main import create_app
from app.runs.catalogue import read_catalogue
from app.server.run import run
from app.settings import read_settings

catalogue = read_catalogue(Path(sys.argv[1]))
make_app = partial(create_app, catalogue=catalogue)
exec(sys.argv[2])
run(read_settings(), "127.0.0.1", 0, make_app)
"""
"""Serves a folder's probes on a free port. A test's own code may change `make_app` before."""


def application_with(folder: Path, interpreter: str, limits: RunLimits | None = None, /, **settings: Any) -> FastAPI:
    """An application whose catalogue is this folder's. `limits`: in place of the settings' own."""
    data = folder / "data"
    values = {
        "rules": None,
        "data": data,
        "database_url": database_of(data),
        "pytorch_python": interpreter,
        "tensorflow_python": interpreter,
    }
    chosen = Settings(**(values | settings))
    limited = replace(chosen.runs, limits=limits or chosen.runs.limits)
    app = create_app(chosen, catalogue=read_catalogue(folder), run_settings=limited)
    closed_later(app.state.service.runs.store)
    return app


@asynccontextmanager
async def executing(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that executes runs for as long as the block lasts."""
    async with app.router.lifespan_context(app), client_of(app) as client:
        yield client


async def submitted(client: httpx.AsyncClient, probe: str, **conditions: str) -> str:
    """The id of a new run."""
    response = await client.post("/api/v1/runs", json={"probe": probe, **conditions})
    assert response.status_code == 202, response.text
    id: str = response.json()["id"]
    return id


async def over(client: httpx.AsyncClient, id: str, seconds: float = 30) -> dict[str, Any]:
    """A run once it is over."""
    return await in_status(client, id, *FINAL, seconds=seconds)


async def in_status(client: httpx.AsyncClient, id: str, *statuses: str, seconds: float = 30) -> dict[str, Any]:
    """A run once it has one of these statuses."""
    async with asyncio.timeout(seconds):
        while True:
            run: dict[str, Any] = (await client.get(f"/api/v1/runs/{id}")).json()
            if run["status"] in statuses:
                return run
            await asyncio.sleep(0.03)


@dataclass(frozen=True)
class RunServer:
    """A server in a process of its own, its client, what it says, and the folder that it writes to."""

    process: Program
    client: httpx.Client
    log: Path
    data: Path

    @property
    def owner(self) -> str:
        """How the mark of its workers starts."""
        return f"{socket.gethostname()}/{self.process.pid}/"

    def submit(self, probe: str, **conditions: str) -> str:
        response = self.client.post("/api/v1/runs", json={"probe": probe, **conditions})
        assert response.status_code == 202, response.text
        id: str = response.json()["id"]
        return id

    def get(self, id: str) -> dict[str, Any]:
        run: dict[str, Any] = self.client.get(f"/api/v1/runs/{id}").json()
        return run

    def over(self, id: str, seconds: float = 30) -> dict[str, Any]:
        """A run once it is over."""
        deadline = time.monotonic() + seconds
        while (run := self.get(id))["status"] not in FINAL:
            assert time.monotonic() < deadline, run
            time.sleep(0.05)
        return run

    def events(self, id: str, **headers: str) -> Iterator[dict[str, Any]]:
        """The events of a run as they come, until the stream ends."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        with self.client.stream("GET", f"/api/v1/runs/{id}/events", headers=headers) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            yield from parsed_events(response.iter_lines())

    def workers(self) -> list[str]:
        return workers_of(self.owner)

    def end(self, number: signal.Signals) -> int:
        """Send a signal; the exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


@contextmanager
def run_server(
    folder: Path, data: Path, settings: Mapping[str, str], first: str = "", before: Sequence[str] = ()
) -> Iterator[RunServer]:
    """A server for this folder's probes; ended by force when the test has not ended it.

    `first`: what it does before anything else; `before`: a command that starts it in other surroundings.
    """
    process, log = start_server(folder, data, settings, first, before)
    try:
        with httpx.Client(base_url=address_of(process, log), timeout=PATIENCE_S) as client:
            yield RunServer(process, client, log, data)
    finally:
        process.kill()
        process.wait()


def start_server(
    folder: Path, data: Path, settings: Mapping[str, str], first: str = "", before: Sequence[str] = ()
) -> tuple[Program, Path]:
    """The process of a server that will serve this folder's probes, and its log."""
    log = folder / f"server-{time.monotonic_ns()}.log"
    surroundings = environment(**_places(data) | dict(settings))
    with log.open("wb") as sink:
        if not before:
            return start_program(START, [str(folder), first], surroundings, sink, sink), log
        command = [*before, sys.executable, "-c", START, str(folder), first]
        return subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT, env=surroundings), log


def _places(data: Path) -> dict[str, str]:
    return {
        "TIEBREAK_DATA": str(data),
        "TIEBREAK_DATABASE_URL": database_of(data),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }


def address_of(process: Program, log: Path) -> str:
    """Where a server says that it listens. Raises AssertionError when it ends before."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        said = RUNNING.search(log.read_text(encoding="utf-8"))
        if said:
            return said[1]
        time.sleep(0.02)
    raise AssertionError(f"the server did not start: {log.read_text(encoding='utf-8')}")


def parsed_events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Server-sent events: their `id`, `event` and `data`. Comments, which keep a connection open, are left out."""
    event: dict[str, Any] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if not line and event:
            yield event
            event = {}
        elif name == "data":
            event["data"] = json.loads(value)
        elif name == "id":
            event["id"] = int(value)
        elif name:
            event[name] = value


async def events_of(client: httpx.AsyncClient, id: str, last: str | None = None) -> list[dict[str, Any]]:
    headers = {} if last is None else {"last-event-id": last}
    response = await client.get(f"{RUNS}/{id}/events", headers=headers)
    assert response.status_code == 200
    return list(parsed_events(iter(response.text.splitlines())))
