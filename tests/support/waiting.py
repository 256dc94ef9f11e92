"""Waiting for what must happen. No test measures time by it, so that it is patient on a machine that is busy."""

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE_S = 60

T = TypeVar("T")


def until(happens: Callable[[], T], seconds: float = PATIENCE_S, every: float = 0.02) -> T:
    """The first true answer. Raises AssertionError when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := happens()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(every)
    return answer
