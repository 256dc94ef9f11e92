"""Killed at random moments, again and again: the server, a worker, both. Nothing that was promised is lost.

Ten times in the short form, a hundred times in the long one and by `make kills`; with `.ci/postgres` before it on
PostgreSQL.
"""

import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.support.server.killing import Killing
from tests.support.sizes import size
from tests.support.worker.worker_processes import LINUX

pytestmark = LINUX

KILLS = int(os.environ.get("TIEBREAK_TEST_KILLS") or size(10, 100))
SEED = int(os.environ.get("TIEBREAK_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)


@pytest.mark.timeout(120 + 20 * KILLS)
def test_kills_at_random_moments_lose_nothing(tmp_path: Path) -> None:
    began = time.monotonic()
    say(f"`make kills SEED={SEED}` draws the same moments")
    killing = Killing(tmp_path, SEED)
    while (kills := killing.killed.total()) < KILLS:
        killing.live_and_die()
    with killing.last_life() as server:
        ends = Counter(killing.check_run(server, id) for id in killing.accepted)
        everything = killing.everything(server)
        assert set(killing.accepted) <= {run["id"] for run in everything}
        for run in everything:
            killing.check_run(server, run["id"])
        assert server.over(server.submit("fine"))["status"] == "done"
    killing.check_nothing_is_left()
    say(f"{kills} kills in {time.monotonic() - began:.0f} s: {dict(killing.killed)}; {len(everything)} runs: {ends}")


def say(line: str) -> None:
    """Where `make kills` shows it, or a failed test."""
    sys.stdout.write(f"\n{line}\n")
