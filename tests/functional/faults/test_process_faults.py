"""What can go wrong while the service is used: pages answer meanwhile, the run says what happened, nothing is left."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.runs.run_services import RunServer, run_server
from tests.support.server.faulty_servers import (
    STUBBORN,
    answered_until_over,
    assert_answers,
    assert_works,
    settings_in,
    settings_in_again,
)
from tests.support.waiting import until
from tests.support.web.web_client import HTML
from tests.support.worker.tiny_probes import FINE, noting, write_probe
from tests.support.worker.worker_processes import LINUX, gone_within, workers_of

pytestmark = LINUX

FORKS = """\
for _ in range(20_000):
    if os.fork() == 0:
        os.setsid()
        time.sleep(600)
    time.sleep(0.001)
"""

FILLS = """\
for number in range(10_000):
    Path(str(number)).write_bytes(bytes(2**20))
    time.sleep(0.005)
"""

DAEMON = f"""\
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    os.closerange(0, 256)
    time.sleep(600)
os.wait()
{FINE}
"""

TIGHT = """
from dataclasses import replace

def make_app(settings):
    small = {"tasks": 40, "open_files": 200, "scratch_bytes": 20 * 2**20, "scratch_seconds": 0.1, "slow_seconds": 3.0}
    worker = replace(settings.runs.worker, **small)
    return create_app(settings, catalogue=catalogue, run_settings=replace(settings.runs, worker=worker))
"""
"""Limits that a probe of the tests reaches soon."""

FAULTS = {
    "hangs": ("time.sleep(600)", "timed_out"),
    "ignores_sigterm": (STUBBORN, "timed_out"),
    "spins": ("while True:\n    pass", "timed_out"),
    "floods": ("while True:\n    os.write(1, b'x' * 2**20)", "flooded"),
    "allocates": ("taken = []\nwhile True:\n    taken.append(bytearray(b'x') * 2**24)", "out_of_memory"),
    "forks": (FORKS, "too_many_processes"),
    "segfaults": ("ctypes.string_at(0)", "signal"),
    "fills_the_disk": (FILLS, "out_of_disk"),
    "opens_files": ("taken = []\nwhile True:\n    taken.append(open('/dev/null'))", "too_many_files"),
    "kills_its_group": ("os.killpg(0, signal.SIGKILL)", "signal"),
    "daemonises": (DAEMON, None),
}


SLOW = ("hangs", "ignores_sigterm", "spins")
"""Faults that end by their deadline only."""


@pytest.mark.timeout(300)
def test_probes_that_misbehave_cost_their_own_half(tmp_path: Path) -> None:
    """One after the other in one service, and after each of them the next run works."""
    write_probe(tmp_path, "fine")
    for fault, (half, _) in FAULTS.items():
        write_probe(tmp_path, fault, half, slow=fault in SLOW)
    with run_server(tmp_path, tmp_path / "data", settings_in(tmp_path), TIGHT) as server:
        for fault, (_, reason) in FAULTS.items():
            run = answered_until_over(server, server.submit(fault))
            failed, whole = (half["failure"] for half in run["results"])
            assert (fault, failed and failed["reason"], whole) == (fault, reason, None)
            assert run["status"] == ("failed" if reason else "done")
            assert_works(server)
            page = server.client.get(f"/runs/{run['id']}", headers=HTML).text
            assert failed is None or failed["message"].split(";")[0].split(":")[0] in page


@pytest.fixture
def server(folder: Path) -> Iterator[RunServer]:
    with run_server(folder, folder / "data", settings_in(folder)) as server:
        yield server


def kill_workers(server: RunServer) -> None:
    for worker in server.workers():
        os.kill(int(worker.split()[0]), signal.SIGKILL)


def test_a_killed_worker_is_a_failed_half(server: RunServer, place: Path) -> None:
    run = server.submit("asleep")
    until(place.exists)
    kill_workers(server)
    ended = answered_until_over(server, run)
    assert ended["error"]["reason"] == "signal"
    assert "SIGKILL" in ended["error"]["message"]
    assert ended["results"][1]["failure"] is None
    assert_works(server)


def test_a_worker_that_is_stopped_and_not_ended_is_ended_by_its_deadline(folder: Path, place: Path) -> None:
    with run_server(folder, folder / "data", settings_in(folder), TIGHT) as server:
        run = server.submit("asleep")
        until(place.exists)
        for worker in server.workers():
            os.kill(int(worker.split()[0]), signal.SIGSTOP)
        assert answered_until_over(server, run)["error"]["reason"] == "timed_out"
        assert_works(server)


def test_both_killed_at_once(folder: Path, server: RunServer, place: Path) -> None:
    run, waits = server.submit("asleep"), server.submit("fine")
    until(place.exists)
    server.process.send_signal(signal.SIGKILL)
    kill_workers(server)
    server.process.wait()
    gone_within(server.owner, 5)
    with run_server(folder, folder / "data", settings_in_again(folder)) as following:
        assert following.get(run)["status"] == "interrupted"
        assert following.over(waits)["status"] == "done"
        assert_answers(following, run)
        assert_works(following)


# Two servers on one data folder


def test_two_servers_on_one_folder_share_the_work(folder: Path) -> None:
    notes = folder / "notes"
    write_probe(folder, "noting", noting(notes, 0.2))
    settings = settings_in(folder) | {"TIEBREAK_QUEUE_LIMIT": "100"}
    with (
        run_server(folder, folder / "data", settings) as one,
        run_server(folder, folder / "data", settings) as two,
    ):
        runs = [server.submit("noting") for _ in range(3) for server in (one, two)]
        ends = [answered_until_over(two, run)["status"] for run in runs]
        assert ends == ["done"] * 6
        for run in runs:
            told = [event["data"].get("status") for event in one.events(run) if event["event"] == "status"]
            assert told == ["queued", "running", "done"]
        assert_works(one)
    assert notes.read_text().split() == ["begins", "ends"] * 6


def test_of_two_servers_on_one_folder_the_other_goes_on(folder: Path, place: Path) -> None:
    settings = settings_in(folder)
    with run_server(folder, folder / "data", settings) as one:
        run = one.submit("asleep")
        until(place.exists)
        with run_server(folder, folder / "data", settings) as two:
            waits = two.submit("fine")
            one.end(signal.SIGKILL)
            assert two.over(run)["status"] == "interrupted"
            assert two.over(waits)["status"] == "done"
            assert workers_of(one.owner) == []
            assert_works(two)
