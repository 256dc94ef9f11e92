"""The processes that carry a worker's mark, wherever they hide."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.runs.worker.environment import OWNER

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def workers_of(owner: str) -> list[str]:
    """The processes alive whose owner's mark starts like this, each with its state. A zombie is not alive."""
    return list(_marked(f"{OWNER}={owner}".encode()))


def _marked(mark: bytes) -> Iterator[str]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
            state = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
        except OSError:  # it ended meanwhile
            continue
        if state not in "ZX" and any(entry.startswith(mark) for entry in environment):
            yield f"{folder.name} ({state})"


def gone_within(owner: str, seconds: float) -> float:
    """How long it took until no worker was left. Raises AssertionError when one is left after `seconds`."""
    began = time.monotonic()
    while left := workers_of(owner):
        assert time.monotonic() - began < seconds, f"left after {seconds} s: {left}"
        time.sleep(0.05)
    return time.monotonic() - began
