"""How much the long tests try. `TIEBREAK_TEST_SIZE=full`, as in `make full`, is all of it; otherwise they are short.

A short test tries less of the same: it fails for the same reasons, only less surely.
"""

import os
import random
from collections.abc import Iterable, Sequence
from typing import TypeVar

import pytest

VARIABLE = "TIEBREAK_TEST_SIZE"
SIZE = os.environ.get(VARIABLE, "short")
if SIZE not in ("short", "full"):
    raise ValueError(f"{VARIABLE} is short or full, not {SIZE!r}")
FULL = SIZE == "full"

LONG = pytest.mark.skipif(not FULL, reason="runs when tests are long: make full")
"""Marks a test that costs too much for every change, and whose fault would be rare."""

T = TypeVar("T")


def size(short: int, full: int) -> int:
    """One of two numbers."""
    return full if FULL else short


def some(everything: Iterable[T], short: int) -> Sequence[T]:
    """All of it when tests are long; otherwise the first, the last and a seeded sample between, in their order.

    Of one it is the first.
    """
    found = list(everything)
    if FULL or len(found) <= short:
        return found
    if short == 1:
        return found[:1]
    between = random.Random(f"{len(found)}/{short}").sample(range(1, len(found) - 1), short - 2)
    return [found[index] for index in (0, *sorted(between), len(found) - 1)]
