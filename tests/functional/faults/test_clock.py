"""A clock that is set, forwards and backwards, while runs wait and run."""

import re
from pathlib import Path

import pytest

from tests.support.runs.run_services import run_server
from tests.support.server.faulty_servers import assert_answers, settings_in
from tests.support.sizes import some
from tests.support.waiting import until
from tests.support.web.web_client import HTML
from tests.support.worker.tiny_probes import FINE, write_probe
from tests.support.worker.worker_processes import LINUX

pytestmark = LINUX

CLOCK = """
import datetime, pathlib, time
import psutil._pslinux as kernel
import app.runs.store.store
place = pathlib.Path({place!r})
plain_time, plain_datetime, plain_boot = time.time, datetime.datetime, kernel.boot_time
def offset():
    return float(place.read_text() or 0)
class Moved(plain_datetime):
    @classmethod
    def now(cls, tz=None):
        return plain_datetime.now(tz) + datetime.timedelta(seconds=offset())
time.time = lambda: plain_time() + offset()
app.runs.store.store.datetime = Moved
kernel.boot_time = lambda: plain_boot() + offset()  # it moves with the clock
"""
"""A clock that is ahead by what a file says. What is counted from the start of the machine is left alone."""


NEGATIVE = re.compile(r"[-−]\d[\d.,]* (?:s|ms|µs|ns)\b")
"""A time below nothing, as a page would say it."""


def waiting_for(place: Path, go: Path) -> str:
    """A half that says that it has begun, and works until it is let go."""
    wait = f"while not Path({str(go)!r}).exists():\n    time.sleep(0.05)"
    return f"Path({str(place)!r}).touch()\n{wait}\n{FINE}"


@pytest.mark.parametrize("jump", some([-3 * 86_400, -0.5, 3_600, 3 * 86_400], 1))
def test_a_clock_that_is_set_interrupts_nothing(folder: Path, place: Path, jump: float) -> None:
    clock = folder / "clock"
    go = folder / "go"
    clock.write_text("0")
    write_probe(folder, "a_moment", waiting_for(place, go))
    first = CLOCK.format(place=str(clock))
    settings = settings_in(folder) | {"TIEBREAK_RUNS_PER_HOUR": "0"}
    with run_server(folder, folder / "data", settings, first) as server:
        run, waits, timed = server.submit("a_moment"), server.submit("fine"), server.submit("rounds", control="pytorch")
        until(place.exists)
        clock.write_text(str(jump))
        assert_answers(server, run)
        with run_server(folder, folder / "data", settings, first) as other:  # it looks who lives, by the new clock
            assert other.get(run)["status"] == "running"
            go.touch()
            assert [server.over(id)["status"] for id in (run, waits, timed)] == ["done"] * 3
        clock.write_text("0")
        assert [server.over(server.submit("fine"))["status"]] == ["done"]
        for id in (run, waits, timed):
            assert [event["event"] for event in server.events(id)][-1] == "end"
            page = server.client.get(f"/runs/{id}", headers=HTML).text
            assert not NEGATIVE.findall(page)
        costs = [part for result in server.get(timed)["results"] for part in (result["cold"] or {}).values() if part]
        samples = [sample for result in server.get(timed)["results"] for sample in result["samples_s"]]
        assert min(costs) > 0
        assert min(samples) > 0


def test_what_a_full_queue_says_does_not_follow_the_clock(folder: Path, place: Path) -> None:
    clock = folder / "clock"
    clock.write_text("0")
    with run_server(folder, folder / "data", settings_in(folder), CLOCK.format(place=str(clock))) as server:
        said = []
        asleep = server.submit("asleep")
        until(place.exists)
        for jump in ("0", str(-10 * 86_400), str(10 * 86_400)):
            clock.write_text(jump)
            while (answer := server.client.post("/api/v1/runs", json={"probe": "fine"})).status_code == 202:
                pass
            assert answer.status_code == 429
            said.append(int(answer.headers["retry-after"]))
        assert all(0 < seconds <= 3_600 for seconds in said)
        assert server.client.delete(f"/api/v1/runs/{asleep}").json()["status"] == "cancelled"
