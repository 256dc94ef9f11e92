"""What an execution is given, and what it tells while it goes on."""

import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.knowledge.models import FRAMEWORKS, Claim, Framework, Workload
from app.runs.catalogue import Catalogue, Probe
from app.runs.measuring.presets import LEVELS, Level
from app.runs.models import ArmPlace, Device, Mode, Preset, RunRequest

EventKind = Literal["progress", "result"]
ReportEvent = Callable[[EventKind, Mapping[str, Any]], None]

TOLD_EVERY_SECONDS = 0.3


@dataclass(frozen=True)
class Arm:
    """One of the two sides of a comparison."""

    place: ArmPlace
    framework: Framework

    @property
    def name(self) -> str:
        return f"{self.place}-{self.framework}"


@dataclass(frozen=True)
class Questions:
    """What a run is to answer: claims that expect something of a probe, and workloads whose speed counts."""

    claims: tuple[Claim, ...] = ()
    workloads: tuple[Workload, ...] = ()

    def about(self, probe: str) -> "Questions":
        """Those that name a probe."""
        return Questions(
            tuple(claim for claim in self.claims if claim.probe == probe),
            tuple(workload for workload in self.workloads if workload.probe == probe),
        )

    def limited_to(self, claims: tuple[str, ...]) -> "Questions":
        """Those about these claims, and whatever else their probes answer; all of them when none is named."""
        if not claims:
            return self
        probes = {claim.probe for claim in self.claims if claim.id in claims}
        return Questions(
            tuple(claim for claim in self.claims if claim.probe in probes),
            tuple(workload for workload in self.workloads if workload.probe in probes),
        )

    @property
    def probes(self) -> frozenset[str]:
        """The probes that are needed to answer what is asked about claims."""
        return frozenset(claim.probe for claim in self.claims if claim.probe is not None)


@dataclass(frozen=True)
class Job:
    """A run, ready to be executed.

    Attributes:
        seed: of all random numbers: inputs, weights, and the order of the arms.
        slowdown: this share of the second arm's calls is made twice: a difference of known size, to test the measuring.
        questions: the claims and the workloads that name the probe.
    """

    probe: Probe
    preset: Preset
    device: Device
    mode: Mode
    control: Framework | None
    seed: int
    slowdown: float = 0.0
    questions: Questions = Questions()

    @classmethod
    def of(cls, probe: Probe, request: RunRequest, seed: int, questions: Questions | None = None) -> "Job":
        mine = (questions or Questions()).about(probe.id)
        return cls(probe, request.preset, request.device, request.mode, request.control, seed, questions=mine)

    @property
    def level(self) -> Level:
        return LEVELS[self.preset]

    @property
    def arms(self) -> tuple[Arm, Arm]:
        return self.arms_of(self.control)

    @property
    def is_evidence(self) -> bool:
        """Whether it says anything of claims: a control does not, nor does a way that is not the ordinary one."""
        return self.control is None and self.mode == "ordinary"

    @staticmethod
    def arms_of(control: Framework | None) -> tuple[Arm, Arm]:
        """Both frameworks, or one in both places."""
        first, second = (control, control) if control else FRAMEWORKS
        return Arm("first", first), Arm("second", second)

    def order(self, pair: int) -> random.Random:
        """The stream from which a pair's order of the arms is drawn; each block records its place."""
        return random.Random(f"{self.seed}/{pair}")  # noqa: S311 - a shuffle, not a secret


@dataclass(frozen=True)
class Survey:
    """A run of everything, ready to be executed.

    Attributes:
        fast: capability probes that run as children of one process a framework.
        slow: those that want processes of their own, and timed ones.
    """

    fast: tuple[Job, ...]
    slow: tuple[Job, ...]
    seed: int

    @property
    def jobs(self) -> tuple[Job, ...]:
        return self.fast + self.slow

    @classmethod
    def of(cls, catalogue: Catalogue, request: RunRequest, seed: int, questions: Questions) -> "Survey":
        """Every probe that a claim names: at the quick preset the fast ones alone."""
        jobs = [
            Job.of(probe, request.model_copy(update={"probe": probe.id}), seed, questions)
            for probe in catalogue.probes.values()
            if probe.id in questions.probes
        ]
        fast = tuple(job for job in jobs if job.probe.is_fast)
        slow = tuple(job for job in jobs if job not in fast)
        return cls(fast, () if request.preset == "quick" else slow, seed)


@dataclass
class Progress:
    """Counts what is done of what is to do, and tells it now and then."""

    report: ReportEvent
    total: int
    done: int = 0
    began: float = field(default_factory=time.monotonic)
    told: float = 0.0

    def step(self, text: str, count: int = 1) -> None:
        self.done += count
        now = time.monotonic()
        if now - self.told >= TOLD_EVERY_SECONDS or self.done >= self.total:
            self.told = now
            self.report("progress", self._state(text, now))

    def say(self, text: str) -> None:
        """Report what goes on, without counting it as done."""
        self.told = time.monotonic()
        self.report("progress", self._state(text, self.told))

    def _state(self, text: str, now: float) -> dict[str, Any]:
        left = (now - self.began) * (self.total - self.done) / self.done if self.done else None
        return {
            "done": min(self.done, self.total),
            "total": self.total,
            "text": text,
            "seconds_left": None if left is None else max(0, math.ceil(left)),
        }
