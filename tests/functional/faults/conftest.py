"""Fixtures of the tests of faults."""

from pathlib import Path

import pytest

from tests.support.server.faulty_servers import STUBBORN
from tests.support.worker.tiny_probes import write_probe, write_timing_probe


@pytest.fixture
def folder(tmp_path: Path, place: Path) -> Path:
    write_probe(tmp_path, "fine")
    write_probe(tmp_path, "asleep", f"Path({str(place)!r}).touch()\n{STUBBORN}", slow=True)
    write_timing_probe(tmp_path, "rounds", seconds=0.01)
    return tmp_path
