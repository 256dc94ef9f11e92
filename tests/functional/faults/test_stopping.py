"""Told to stop, at any moment: nothing is left, and nothing is lost."""

import signal
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.runs.run_services import RunServer, run_server
from tests.support.server.faulty_servers import settings_in, settings_in_again
from tests.support.sizes import some
from tests.support.waiting import until
from tests.support.worker.interpreters import with_stand_in
from tests.support.worker.tiny_probes import write_timing_probe
from tests.support.worker.worker_processes import LINUX, gone_within

pytestmark = LINUX

PHASES = ("asked", "claimed", "start", "build", "rounds", "waiting")


@pytest.mark.parametrize("phase", some(PHASES, 2))
def test_a_stop_at_any_moment_leaves_nothing(folder: Path, tmp_path: Path, place: Path, phase: str) -> None:
    """With a run in flight and somebody who listens. What was begun is interrupted; what waits, waits on."""
    slow = f"import os, time\nfrom pathlib import Path\nplace = Path({str(place)!r})\n"
    slow += "place.with_name(os.environ['TIEBREAK_WORKER_RUN']).touch()\ntime.sleep(600)"
    write_timing_probe(folder, "builds", half=slow)
    settings = settings_in(folder)
    if phase == "start":
        settings["TIEBREAK_PYTORCH_PYTHON"] = with_stand_in(tmp_path / "slow", f"\n{slow}\n")
    heard: list[dict[str, Any]] = []
    with run_server(folder, folder / "data", settings) as server:
        run, waits = server.submit("builds" if phase == "build" else "rounds", control="pytorch"), server.submit("fine")
        listener = threading.Thread(target=_listen, args=(server, run, heard))
        listener.start()
        reached = {
            "asked": lambda: True,
            "claimed": lambda: server.get(run)["status"] == "running",
            "rounds": lambda: any(event["data"].get("done", 0) >= 2 for event in heard),
            "waiting": lambda: any(event["data"].get("text", "").startswith("starting") for event in heard),
        }.get(phase, place.with_name(run).exists)
        until(reached)
        assert server.end(signal.SIGTERM) in (0, -signal.SIGTERM)
        listener.join(10)
        assert not listener.is_alive()
        gone_within(server.owner, 0.5)
        assert list(server.data.glob("scratch/*")) == []
        assert "Traceback" not in server.log.read_text()
    with run_server(folder, folder / "data", settings_in_again(folder)) as following:
        begun = {"builds": "interrupted", "rounds": "interrupted"}
        ended = following.over(run)["status"]
        assert ended == begun["rounds"] or (phase == "asked" and ended == "done")
        assert following.over(waits)["status"] == "done"
        *_, told, end = following.events(run)
        assert end["event"] == "end"
        assert ended == "done" or told["data"]["reason"] == "the service was stopped"


def _listen(server: RunServer, run: str, heard: list[dict[str, Any]]) -> None:
    try:
        with httpx.Client(base_url=server.client.base_url, timeout=60) as client:
            heard.extend(RunServer(server.process, client, server.log, server.data).events(run))
    except httpx.TransportError:  # cut off: the service ended
        return
