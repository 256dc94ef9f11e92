"""The command line as child processes: commands that end, and servers of the installed one that are told to."""

import os
import re
import signal
import subprocess
import sysconfig
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.server.forking import run_program
from tests.support.worker.interpreters import INTERPRETERS

PATIENCE_S = 60
"""How long a child may take to start or to end before a test gives up on it; no test measures time."""

TIEBREAK = Path(sysconfig.get_path("scripts")) / "tiebreak"

SERVE = (str(TIEBREAK), "serve", "--port", "0")

COMMAND = """
import sys
from app.cli.main import main
sys.argv[0] = "tiebreak"
sys.exit(main())
"""
"""The same program as the installed `tiebreak`."""

UNHIDDEN = """
from app.server.run import run
from app.settings import read_settings
run(read_settings(), "127.0.0.1", 0, hide_memory=False)
"""
"""A server whose memory an ordinary user's tests can see more of than its size."""

RUNNING = re.compile(r"running on (http://127\.0\.0\.1:(\d+))")


KEPT = ("TIEBREAK_DATA", *INTERPRETERS)


def environment(**settings: str) -> dict[str, str]:
    """This process's environment with these settings, and of Tiebreak's own those that all tests share."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("TIEBREAK_") or key in KEPT}
    return kept | settings


def tiebreak(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the program behind `tiebreak` to its end."""
    return run_program(COMMAND, arguments, environment(**settings), PATIENCE_S)


@dataclass(frozen=True)
class Server:
    """A server that answers at `address`, and the file that takes all it says."""

    process: subprocess.Popen[bytes]
    address: str
    port: int
    log: Path

    def terminate(self) -> int:
        """Send SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


@contextmanager
def serving(log: Path, settings: Mapping[str, str] | None = None, program: Sequence[str] = SERVE) -> Iterator[Server]:
    """A server on a free port, which writes beside its log; ended by force when the test has not ended it."""
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [*program],
            stdout=sink,
            stderr=subprocess.STDOUT,
            env=environment(**{"TIEBREAK_DATA": str(log.parent / "data")} | dict(settings or {})),
        )
    try:
        address, port = _address(process, log)
        yield Server(process, address, port, log)
    finally:
        process.kill()
        process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> tuple[str, int]:
    """Where the server says that it listens."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        said = RUNNING.search(log.read_text(encoding="utf-8"))
        if said:
            return said[1], int(said[2])
        time.sleep(0.05)
    raise AssertionError(f"the server did not start: {log.read_text(encoding='utf-8')}")
