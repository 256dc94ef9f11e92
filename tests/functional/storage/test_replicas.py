"""Several servers on one database: cancelled wherever it is asked, and taken over when one is silent for too long."""

import signal
import time
from pathlib import Path

import pytest

from tests.support.runs.run_services import RUNS, run_server
from tests.support.sizes import some
from tests.support.storage.databases import POSTGRESQL
from tests.support.waiting import until
from tests.support.worker.interpreters import both_by, with_stand_in
from tests.support.worker.tiny_probes import write_probe
from tests.support.worker.worker_processes import LINUX, gone_within, workers_of

pytestmark = [LINUX, pytest.mark.timeout(180)]

ANOTHER_MACHINE = """
from dataclasses import replace
from app.runs.run_settings import RunLimits

def make_app(settings):
    limits = RunLimits(lease_seconds=4, beat_seconds=0.5)
    application = create_app(settings, catalogue=catalogue, run_settings=replace(settings.runs, limits=limits))
    runs = application.state.service.runs
    runs.executor.clean_up = lambda *_: None  # it cannot reach into the other machine
    runs.runner.heartbeat.place = "{name}"
    return application
"""
"""A server that takes itself to be on a machine of its own, and loses patience with others soon."""


@pytest.fixture
def folder(tmp_path: Path, place: Path) -> Path:
    write_probe(tmp_path, "fine")
    write_probe(tmp_path, "asleep", f'Path("{place}").touch()\ntime.sleep(600)')
    return tmp_path


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    interpreter = with_stand_in(tmp_path / "stand-in")
    return both_by(interpreter)


def test_a_run_is_cancelled_wherever_that_is_asked(
    folder: Path, tmp_path: Path, place: Path, settings: dict[str, str]
) -> None:
    data = tmp_path / "data"
    with run_server(folder, data, settings) as one, run_server(folder, data, settings) as two:
        run = one.submit("asleep")
        until(place.exists)
        owner = next(server.owner for server in (one, two) if server.workers())
        other = next(server for server in (one, two) if server.owner != owner)
        answer = other.client.delete(f"{RUNS}/{run}")
        gone_within(owner, 2)
        assert answer.status_code == 200
        assert other.over(run)["status"] == "cancelled"
        *_, told, end = one.events(run)
        assert told["data"] == {"status": "cancelled", "reason": "cancelled while it ran"}
        assert end["data"] == {"status": "cancelled"}
        for server in (one, two):
            assert server.over(server.submit("fine"))["status"] == "done"


@pytest.mark.parametrize("asked", some(["one", "two"], 1))
def test_the_other_server_takes_over_when_one_is_killed(
    folder: Path, tmp_path: Path, place: Path, settings: dict[str, str], asked: str
) -> None:
    """Both look after each other all the time, not only when they start."""
    data = tmp_path / "data"
    with run_server(folder, data, settings) as one, run_server(folder, data, settings) as two:
        run, waits = (one if asked == "one" else two).submit("asleep"), two.submit("fine")
        until(place.exists)
        runs, idle = (one, two) if one.workers() else (two, one)
        runs.end(signal.SIGKILL)
        gone_within(runs.owner, 2)
        ended = idle.over(run)
        assert ended["status"] == "interrupted"
        assert idle.over(waits)["status"] == "done"


@POSTGRESQL
def test_a_replica_that_is_silent_for_longer_than_its_lease_loses_its_run(
    folder: Path, tmp_path: Path, place: Path, settings: dict[str, str]
) -> None:
    data = tmp_path / "data"
    first = run_server(folder, data, settings, first=ANOTHER_MACHINE.format(name="first"))
    second = run_server(folder, data, settings, first=ANOTHER_MACHINE.format(name="second"))
    with first as one:
        run = one.submit("asleep")
        until(place.exists)
        with second as two:
            time.sleep(6)  # more than a lease, in which the first one beats
            assert two.get(run)["status"] == "running"
            one.process.send_signal(signal.SIGSTOP)
            assert two.over(run)["status"] == "interrupted"
            assert workers_of(one.owner)
            one.process.send_signal(signal.SIGCONT)
            gone_within(one.owner, 10)
            assert one.over(one.submit("fine"))["status"] == "done"
            ended = two.get(run)
            assert (ended["status"], ended["results"]) == ("interrupted", [])
            *_, told, _ = two.events(run)
            assert told["data"]["reason"] == "the process that executed it ended"


@POSTGRESQL
def test_a_run_of_another_machine_is_left_alone_by_a_start(
    folder: Path, tmp_path: Path, place: Path, settings: dict[str, str]
) -> None:
    data = tmp_path / "data"
    with run_server(folder, data, settings, first=ANOTHER_MACHINE.format(name="first")) as one:
        run = one.submit("asleep")
        until(place.exists)
        with run_server(folder, data, settings) as two:
            assert two.get(run)["status"] == "running"
            assert two.client.delete(f"{RUNS}/{run}").json()["status"] == "cancelled"
            gone_within(one.owner, 2)
