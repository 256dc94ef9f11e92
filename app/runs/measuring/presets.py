"""The levels of care: how many processes, rounds and how long a block."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.runs.models import Preset

PROTOCOL_VERSION = 1
"""Raised whenever figures taken before and after a change must not be compared."""


@dataclass(frozen=True)
class Level:
    """How carefully to measure.

    Attributes:
        pairs: how many pairs of fresh processes; `more_pairs` are added while a comparison is inconclusive.
        rounds: how many rounds a pair; `slow_rounds` for probes whose single step takes seconds.
        block_seconds: how long a block lasts at least.
        delta: a difference below this share counts as none.
        cold_pairs: how many pairs of processes for what is timed from a process's start; `slow_cold_pairs` likewise.
        all_threads: whether a second table is taken with as many threads as the frameworks take by themselves.
        names_winners: whether a verdict may name one.
    """

    pairs: int
    more_pairs: int
    rounds: int
    slow_rounds: int
    block_seconds: float
    delta: float
    cold_pairs: int
    slow_cold_pairs: int
    all_threads: bool
    names_winners: bool


LEVELS: Mapping[Preset, Level] = {
    "quick": Level(1, 0, 8, 2, 0.010, 0.05, 3, 1, all_threads=False, names_winners=False),
    "standard": Level(3, 0, 10, 4, 0.015, 0.05, 5, 3, all_threads=True, names_winners=True),
    "rigorous": Level(5, 2, 10, 4, 0.015, 0.02, 9, 5, all_threads=True, names_winners=True),
}

PRESET_WORDS: Mapping[Preset, str] = {
    "quick": "Quick: one pair of processes, a few seconds; indicative, names no winner",
    "standard": "Standard: three pairs of processes; differences of 5% and more",
    "rigorous": "Rigorous: five pairs, seven when in doubt; differences of 2% and more",
}
