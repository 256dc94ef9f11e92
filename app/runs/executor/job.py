"""What an execution is given, and what it tells while it goes on."""

import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.knowledge.models import FRAMEWORKS, Framework
from app.runs.catalogue import Probe
from app.runs.measuring.presets import LEVELS, Level
from app.runs.models import Device, Mode, Place, Preset, RunRequest

EventKind = Literal["progress", "result"]
Tell = Callable[[EventKind, Mapping[str, Any]], None]

TOLD_EVERY_SECONDS = 0.3


@dataclass(frozen=True)
class Arm:
    """One of the two sides of a comparison."""

    place: Place
    framework: Framework

    @property
    def name(self) -> str:
        return f"{self.place}-{self.framework}"


@dataclass(frozen=True)
class Job:
    """A run, ready to be executed.

    Attributes:
        seed: of all random numbers: inputs, weights, and the order of the arms.
        slowdown: this share of the second arm's calls is made twice: a difference of known size, to test the measuring.
    """

    probe: Probe
    preset: Preset
    device: Device
    mode: Mode
    control: Framework | None
    seed: int
    slowdown: float = 0.0

    @classmethod
    def of(cls, probe: Probe, request: RunRequest, seed: int) -> "Job":
        return cls(probe, request.preset, request.device, request.mode, request.control, seed)

    @property
    def level(self) -> Level:
        return LEVELS[self.preset]

    @property
    def arms(self) -> tuple[Arm, Arm]:
        first, second = (self.control, self.control) if self.control else FRAMEWORKS
        return Arm("first", first), Arm("second", second)

    def order(self, pair: int) -> random.Random:
        """The stream from which a pair's order of the arms is drawn; each block records its place."""
        return random.Random(f"{self.seed}/{pair}")  # noqa: S311 - a shuffle, not a secret


@dataclass
class Progress:
    """Counts what is done of what is to do, and tells it now and then."""

    tell: Tell
    total: int
    done: int = 0
    began: float = field(default_factory=time.monotonic)
    told: float = 0.0

    def step(self, text: str) -> None:
        self.done += 1
        now = time.monotonic()
        if now - self.told >= TOLD_EVERY_SECONDS or self.done >= self.total:
            self.told = now
            self.tell("progress", self._state(text, now))

    def say(self, text: str) -> None:
        """Tell what goes on, without counting it as done."""
        self.told = time.monotonic()
        self.tell("progress", self._state(text, self.told))

    def _state(self, text: str, now: float) -> dict[str, Any]:
        left = (now - self.began) * (self.total - self.done) / self.done if self.done else None
        return {
            "done": min(self.done, self.total),
            "total": self.total,
            "text": text,
            "seconds_left": None if left is None else max(0, math.ceil(left)),
        }
