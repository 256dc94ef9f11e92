"""What tests of faults share: a server of tiny probes, and what must hold of it whatever happens."""

import time
from pathlib import Path
from typing import Any

from tests.support.runs.run_services import RunServer
from tests.support.web.web_client import CORE, HTML, advice_address
from tests.support.worker.interpreters import both_by, with_stand_in

PAUSE_S = 0.2
"""Between two rounds of questions, so that the server's own work has the processor."""

STUBBORN = """\
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGXCPU):
    signal.signal(number, signal.SIG_IGN)
time.sleep(600)
"""


def settings_in(folder: Path) -> dict[str, str]:
    interpreter = with_stand_in(folder / "stand-in")
    return {
        **both_by(interpreter),
        "TIEBREAK_WORKER_MEMORY_BYTES": str(2**30),
        "TIEBREAK_QUEUE_LIMIT": "3",
    }


def assert_answers(server: RunServer, run: str) -> None:
    """Pages, the run, and whoever asks whether the service works."""
    for address in ("/", advice_address(CORE), f"/runs/{run}", f"/api/v1/runs/{run}", "/readyz", "/healthz"):
        answer = server.client.get(address, headers=HTML)
        assert answer.status_code == 200, (address, answer.text)


def assert_works(server: RunServer) -> None:
    """The next run has its result, and nothing is left of those before."""
    assert server.over(server.submit("fine"))["status"] == "done"
    assert server.workers() == []
    assert list(server.data.glob("scratch/[0-9a-f]*")) == []


def answered_until_over(server: RunServer, run: str) -> dict[str, Any]:
    """A run at its end, while everything else is asked for; other tests may keep both cores busy."""
    deadline = time.monotonic() + 240
    while True:
        assert_answers(server, run)
        if server.get(run)["finished_at"]:
            return server.get(run)
        assert time.monotonic() < deadline
        time.sleep(PAUSE_S)


def settings_in_again(folder: Path) -> dict[str, str]:
    """The settings of a folder whose interpreter is there already."""
    interpreter = str(folder / "stand-in" / "python")
    return both_by(interpreter)
