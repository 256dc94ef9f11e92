"""A server that is killed or told to stop while a run goes on: nothing is left behind, and no run vanishes."""

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.runs.run_services import RunServer, run_server
from tests.support.server.faulty_servers import assert_works
from tests.support.sizes import some
from tests.support.waiting import until
from tests.support.web.web_client import HTML
from tests.support.worker.interpreters import both_by, with_stand_in
from tests.support.worker.tiny_probes import noting, write_probe, write_timing_probe
from tests.support.worker.worker_processes import LINUX, gone_within, workers_of

pytestmark = LINUX

STUBBORN = """
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
"""

LEAVING = f"""{STUBBORN}
if os.fork() == 0:
    os.setsid()
    time.sleep(600)
Path("{{place}}").touch()
time.sleep(600)
"""

SLOW_IMPORT = """
import os, time
from pathlib import Path
Path("{place}").with_name(os.environ["TIEBREAK_WORKER_RUN"]).touch()
time.sleep(600)
"""
"""Notes for which run it is imported: the service imports it too, to find out what there is."""

SLOW = 'from pathlib import Path\nimport time\nPath("{place}").touch()\ntime.sleep(600)\n'


@pytest.fixture
def folder(tmp_path: Path, place: Path) -> Path:
    write_probe(tmp_path, "fine")
    write_probe(tmp_path, "asleep", STUBBORN + SLOW.format(place=place))
    write_probe(tmp_path, "leaving", LEAVING.format(place=place))
    write_timing_probe(tmp_path, "rounds", seconds=0.02)
    write_timing_probe(tmp_path, "builds", half=SLOW.format(place=place))
    return tmp_path


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    interpreter = with_stand_in(tmp_path / "stand-in")
    return both_by(interpreter)


def begun_rounds(server: RunServer, run: str) -> None:
    """Returns when some rounds are over."""
    for event in server.events(run):
        if event["event"] == "progress" and event["data"]["done"] >= 2:
            return


def kill(server: RunServer) -> None:
    """Kill a server: no worker is left two seconds later."""
    assert server.end(signal.SIGKILL) == -signal.SIGKILL
    gone_within(server.owner, 2)


def assert_interrupted(server: RunServer, run: str, reason: str) -> None:
    """The run says that it was interrupted, everywhere."""
    assert server.get(run)["status"] == "interrupted"
    assert server.get(run)["finished_at"]
    *_, told, end = server.events(run)
    assert (told["event"], told["data"]) == ("status", {"status": "interrupted", "reason": reason})
    assert (end["event"], end["data"]) == ("end", {"status": "interrupted"})
    page = server.client.get(f"/runs/{run}", headers=HTML)
    assert page.status_code == 200
    assert "Interrupted when the service stopped" in page.text
    assert server.client.delete(f"/api/v1/runs/{run}").status_code == 409


KILLED = "the process that executed it ended"


@pytest.mark.parametrize("moment", some(["claimed", "start", "build", "rounds"], 2))
def test_a_killed_server_leaves_nothing_and_the_next_one_says_so(
    folder: Path, tmp_path: Path, place: Path, settings: dict[str, str], moment: str
) -> None:
    first = settings
    if moment == "start":
        first = {
            **settings,
            "TIEBREAK_PYTORCH_PYTHON": with_stand_in(tmp_path / "slow", SLOW_IMPORT.format(place=place)),
        }
    with run_server(folder, tmp_path / "data", first) as server:
        run = server.submit("builds" if moment == "build" else "rounds", control="pytorch")
        if moment == "claimed":
            until(lambda: server.get(run)["status"] == "running")
        elif moment == "rounds":
            begun_rounds(server, run)
        else:
            until(place.exists if moment == "build" else place.with_name(run).exists)
        assert moment == "claimed" or server.workers()
        kill(server)
    with run_server(folder, tmp_path / "data", settings) as server:
        assert_interrupted(server, run, KILLED)
        assert_works(server)


def test_what_a_worker_had_started_is_ended_by_the_next_start(
    folder: Path, tmp_path: Path, place: Path, settings: dict[str, str]
) -> None:
    """The kernel ends a worker with its server, but not a worker's own children in a session of their own."""
    with run_server(folder, tmp_path / "data", settings) as server:
        run = server.submit("leaving")
        until(place.exists)
        owner = server.owner
        server.end(signal.SIGKILL)
        until(lambda: len(workers_of(owner)) <= 1, 2)
    with run_server(folder, tmp_path / "data", settings) as server:
        assert workers_of(owner) == []
        assert_interrupted(server, run, KILLED)


def test_a_server_that_nobody_has_buried_yet_has_ended_all_the_same(
    folder: Path, tmp_path: Path, place: Path, settings: dict[str, str]
) -> None:
    with run_server(folder, tmp_path / "data", settings) as killed:
        run = killed.submit("asleep")
        until(place.exists)
        killed.process.send_signal(signal.SIGKILL)  # and is not waited for: it stays a zombie
        gone_within(killed.owner, 2)
        with run_server(folder, tmp_path / "data", settings) as server:
            assert_interrupted(server, run, KILLED)


def test_a_second_server_leaves_the_first_one_s_run_alone(
    folder: Path, tmp_path: Path, place: Path, settings: dict[str, str]
) -> None:
    with run_server(folder, tmp_path / "data", settings) as first:
        run = first.submit("asleep")
        until(place.exists)
        with run_server(folder, tmp_path / "data", settings) as second:
            assert second.get(run)["status"] == "running"
            assert first.workers()
            second.end(signal.SIGTERM)
        assert first.get(run)["status"] == "running"
        assert first.client.delete(f"/api/v1/runs/{run}").json()["status"] == "cancelled"


STOPPED = "the service was stopped"


@pytest.mark.parametrize("number", some([signal.SIGTERM, signal.SIGINT], 1))
def test_a_server_that_is_told_to_stop_does_so_although_somebody_listens(
    folder: Path, tmp_path: Path, place: Path, settings: dict[str, str], number: signal.Signals
) -> None:
    heard: list[dict[str, Any]] = []
    with run_server(folder, tmp_path / "data", settings) as server:
        run, waits = server.submit("asleep"), server.submit("fine")
        listener = threading.Thread(target=lambda: heard.extend(_listened(server, run)))
        listener.start()
        until(place.exists)
        until(lambda: heard)
        began = time.monotonic()
        status = server.end(number)
        took = time.monotonic() - began
        listener.join(5)
        assert took < 5
        assert status in (0, -number)
        gone_within(server.owner, 0.5)
        assert not listener.is_alive()
        assert "Traceback" not in server.log.read_text()
    assert [event["event"] for event in heard][-1:] in (["end"], ["progress"], ["status"])
    with run_server(folder, tmp_path / "data", settings) as server:
        assert_interrupted(server, run, STOPPED)
        assert server.over(waits)["status"] == "done"


def _listened(server: RunServer, run: str) -> Iterator[dict[str, Any]]:
    try:
        with httpx.Client(base_url=server.client.base_url, timeout=30) as client:
            yield from RunServer(server.process, client, server.log, server.data).events(run)
    except httpx.TransportError:  # cut off, if the end did not come in time
        return


def test_two_services_on_one_machine_take_turns(tmp_path: Path, settings: dict[str, str]) -> None:
    notes = tmp_path / "notes"
    for name in ("one", "two"):
        write_probe(tmp_path / name, "noting", noting(notes, 0.2, name))
    with (
        run_server(tmp_path / "one", tmp_path / "data-one", settings) as one,
        run_server(tmp_path / "two", tmp_path / "data-two", settings) as two,
    ):
        runs = [(server, server.submit("noting")) for _ in range(3) for server in (one, two)]
        assert [server.over(run)["status"] for server, run in runs] == ["done"] * 6
        waited = [event["data"].get("text") for event in two.events(runs[1][1])]
    lines = [line.split() for line in notes.read_text().splitlines()]
    assert len(lines) == 12
    for (name, begins), (same, ends) in zip(lines[::2], lines[1::2], strict=True):
        assert (name, begins, ends) == (same, "begins", "ends")
    assert {name for name, _ in lines} == {"one", "two"}
    assert "waiting for the machine" in waited
