"""Listeners that do not read: the run and everybody else go on, memory does not grow, a stop does not wait."""

import contextlib
import signal
import socket
from pathlib import Path

import pytest

from tests.support.runs.run_services import RunServer, run_server
from tests.support.server.faulty_servers import (
    answered_until_over,
    assert_answers,
    settings_in,
)
from tests.support.worker.worker_processes import LINUX

pytestmark = LINUX


def silent_listener(server: RunServer, run: str) -> socket.socket:
    """A client that asks for the events and never reads them."""
    url = server.client.base_url
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    listener.connect((url.host, url.port or 80))
    listener.sendall(f"GET /api/v1/runs/{run}/events HTTP/1.1\r\nhost: {url.host}\r\n\r\n".encode())
    return listener


TELLING = """
plain_app = make_app

def make_app(settings):
    application = plain_app(settings)
    executor = application.state.service.runs.executor
    measured = executor.perform

    def perform(job, host, report):
        for number in range(300):
            report("progress", {"done": number, "total": 300, "text": "x" * 40_000, "seconds_left": None})
        return measured(job, host, report)

    executor.perform = perform
    return application
"""
"""Runs that tell 12 MB, far more than lies between a server and a client who does not read."""


def resident_kb(server: RunServer) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))


@pytest.mark.timeout(300)
def test_listeners_that_do_not_read_hold_nobody_up(folder: Path) -> None:
    with (
        run_server(folder, folder / "data", settings_in(folder), TELLING) as server,
        contextlib.ExitStack() as listeners,
    ):
        first = server.submit("fine")
        server.over(first, seconds=90)
        assert len(list(server.events(first))) > 300
        assert_answers(server, first)
        before = resident_kb(server)
        for _ in range(20):
            listeners.enter_context(silent_listener(server, first))
        run = server.submit("rounds", control="pytorch")
        for _ in range(3):
            listeners.enter_context(silent_listener(server, run))
        ended = answered_until_over(server, run)
        assert ended["status"] == "done", ended["error"]
        grown = resident_kb(server) - before
        assert grown < 180_000, "twenty who hold all that they were not sent hold 240 MB, and the run itself takes 50"
        assert server.end(signal.SIGTERM) in (0, -signal.SIGTERM)
        assert "Traceback" not in server.log.read_text()
