"""What was measured of one variant at one number of threads, as it comes in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.runs.measuring.jobs import Arm
from app.runs.models import ArmPlace, Block, Cache, ColdCosts, Equivalence, Failure, Warmup, seconds_by_pair
from app.runs.worker.process import Reply


@dataclass
class ArmSeries:
    """One arm's part."""

    arm: Arm
    version: str | None = None
    threads: int | None = None
    blocks: list[Block] = field(default_factory=list)
    singles: list[float] = field(default_factory=list)
    warmup: Warmup | None = None
    cold: ColdCosts | None = None
    operations: float | None = None
    peak_rss_bytes: int | None = None
    peak_device_bytes: int | None = None
    observation: Mapping[str, Any] | None = None
    failure: Failure | None = None

    def keep(self, block: Block) -> None:
        """Keep a block; a repetition takes the place of the first attempt in the statistics."""
        if block.attempt == 2:
            self.blocks[-1] = self.blocks[-1].model_copy(update={"counted": False})
        self.blocks.append(block)

    def keep_memory(self, reply: Reply) -> None:
        """Keep the most memory that a process has said it took."""
        self.peak_rss_bytes = max(self.peak_rss_bytes or 0, reply["peak_rss_bytes"] or 0) or None
        self.peak_device_bytes = reply["peak_device_bytes"]

    def by_pair(self) -> list[list[float]]:
        """Seconds per call of the counted blocks, pair by pair."""
        return seconds_by_pair(self.blocks)


@dataclass
class Series:
    """Both arms, and what concerns them together.

    Attributes:
        equivalences: one for each pair of processes in which both halves gave an output.
        rounds, noisy_rounds: counted rounds, and those that stayed noisy when they were repeated.
        faults: what showed that a half did not do its work, or did not become steady.
    """

    variant: str
    threads_asked: int | None
    arms: dict[ArmPlace, ArmSeries]
    cache: Cache = "hot"
    equivalences: list[Equivalence] = field(default_factory=list)
    rounds: int = 0
    noisy_rounds: int = 0
    faults: list[str] = field(default_factory=list)
    unsteady: list[str] = field(default_factory=list)

    @classmethod
    def start(cls, variant: str, threads_asked: int | None, arms: tuple[Arm, Arm], cache: Cache = "hot") -> "Series":
        return cls(variant, threads_asked, {arm.place: ArmSeries(arm) for arm in arms}, cache)

    def working(self) -> list[ArmSeries]:
        """The arms that have not failed."""
        return [series for series in self.arms.values() if series.failure is None]
