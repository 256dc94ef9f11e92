"""wrk, which asks for pages as fast as they are answered."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.benchmark import BenchFailed

SCRIPT = Path(__file__).with_name("wrk.lua")
CONNECTIONS = 8


@dataclass(frozen=True)
class Answered:
    """What wrk says: how many requests in how many seconds, how many of them failed, and percentiles of latency."""

    requests: int
    seconds: float
    failed: int
    p50_s: float
    p99_s: float


def flood(base: str, paths: Sequence[str], seconds: int) -> Answered:
    """Ask for the paths in turn over a few connections, each of which waits for its answer, for that many seconds.

    Raises:
        BenchFailed: wrk is not installed, or did not work.
    """
    program = shutil.which("wrk")
    if program is None:
        raise BenchFailed("wrk is not installed (Debian's package wrk)")
    command = [program, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(SCRIPT), base, "--", *paths]
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 60)
    if found.returncode != 0:
        raise BenchFailed(f"wrk: {found.stderr[:500] or found.stdout[:500]}")
    return Answered(**json.loads(found.stdout.rstrip().rpartition("\n")[2]))
