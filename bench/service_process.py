"""The real service as a child process."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
"""The system's own browser, for the browser tests and for the README's picture."""

START = """
from datetime import date
from functools import partial
from app.main import create_app
from app.server.run import run
from app.settings import read_settings

app_on_that_day = partial(create_app, clock=lambda: date(2026, 11, 21))
run(read_settings(), "127.0.0.1", 0, app_on_that_day, hide_memory=False)
"""
"""Serves on a free port, on the day on which the shipped rules were checked, so that nothing is due for review.

Its memory is not hidden: who measures it reads its files in /proc.
"""


@dataclass(frozen=True)
class ServiceProcess:
    """A service in a process of its own."""

    pid: int
    address: str


@contextmanager
def service_process(log: Path) -> Iterator[ServiceProcess]:
    """A service that ends with the block. It prints to `log`, and stores in `data` beside that."""
    environment = {**os.environ, "TIEBREAK_DATA": str(log.parent / "data")}
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-c", START], stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        try:
            yield ServiceProcess(child.pid, _address(child, log))
        finally:
            child.terminate()
            child.wait(timeout=30)


@contextmanager
def running_service(log: Path) -> Iterator[str]:
    """The address of such a service."""
    with service_process(log) as process:
        yield process.address


def _address(child: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(600):
        found = re.search(r"running on (http://[\d.]+:\d+)", log.read_text())
        if found:
            return found[1]
        if child.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(f"the service did not start:\n{log.read_text()}")
