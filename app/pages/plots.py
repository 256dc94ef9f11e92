"""Coordinates for the plot of samples: one lane an arm, time from left to right."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.runs.models import Result
from app.runs.run_wording import seconds

LEFT, RIGHT, LANE = 20.0, 980.0, 120.0
SPREAD = 66.0
MAX_TICKS = 6


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    counted: bool


@dataclass(frozen=True)
class Lane:
    """One arm in the plot: its samples, median and interval, as coordinates in a plot 1000 wide."""

    css: str
    dots: Sequence[Dot]
    median: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Plot:
    """Both arms' samples on one axis of time. `ticks` are (coordinate, label)."""

    lanes: Sequence[Lane]
    ticks: Sequence[tuple[float, str]]
    height: float
    description: str


def sample_plot(results: Sequence[Result], names: Sequence[str], css: Sequence[str]) -> Plot | None:
    """The plot of two arms' blocks; None when nothing was timed."""
    times = [block.wall_s / block.calls for result in results for block in result.blocks]
    times += [edge for result in results if result.ci95_s for edge in result.ci95_s]
    if not times:
        return None
    axis = _Axis(min(times), max(times))
    lanes = [_lane(result, style, place, axis) for place, (result, style) in enumerate(zip(results, css, strict=True))]
    said = "; ".join(f"{lane_name}: median {seconds(r.median_s)}" for lane_name, r in zip(names, results, strict=True))
    return Plot(lanes, axis.ticks(), LANE * len(lanes) + 40, f"Seconds per call of every timed block. {said}")


class _Axis:
    """Seconds to coordinates, with a margin, from round number to round number."""

    def __init__(self, low: float, high: float) -> None:
        span = (high - low) or high or 1.0
        self._step = _round_step(span * 1.1 / (MAX_TICKS - 1))
        self._low = max(0.0, math.floor((low - 0.03 * span) / self._step) * self._step)
        self._high = math.ceil((high + 0.03 * span) / self._step) * self._step

    def x(self, time: float) -> float:
        return LEFT + (RIGHT - LEFT) * (time - self._low) / (self._high - self._low)

    def ticks(self) -> list[tuple[float, str]]:
        count = round((self._high - self._low) / self._step)
        return [(self.x(t), seconds(t) if t else "0") for t in (self._low + i * self._step for i in range(count + 1))]


def _round_step(rough: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= rough * 0.999)


def _lane(result: Result, css: str, place: int, axis: _Axis) -> Lane:
    middle = LANE * place + LANE / 2
    count = max(1, len(result.blocks) - 1)
    dots = [
        Dot(axis.x(block.wall_s / block.calls), middle + SPREAD * (number / count - 0.5), block.counted)
        for number, block in enumerate(result.blocks)
    ]
    low, high = result.ci95_s or (None, None)
    return Lane(
        css=css,
        dots=dots,
        median=None if result.median_s is None else axis.x(result.median_s),
        low=None if low is None else axis.x(low),
        high=None if high is None else axis.x(high),
    )
