"""What one framework's half gave: an observation, times, or a failure."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field, computed_field

from app.knowledge.models import Framework
from app.runs.models.base import ArmPlace, Cache, Device, Key, Mode, Model, ModelWithComputedFields

FailureReason = Literal[
    "missing_package",
    "unusable_interpreter",
    "device_missing",
    "exception",
    "signal",
    "timed_out",
    "silent",
    "flooded",
    "out_of_memory",
    "out_of_processor_time",
    "out_of_disk",
    "too_many_processes",
    "too_many_files",
    "file_too_large",
    "cancelled",
]
"""Every way in which a half can end without a result."""


class Failure(Model):
    """Why a half gave no result."""

    reason: FailureReason
    message: str
    traceback: str | None = None
    log: str = Field(default="", description="The end of what the process printed.")


class Block(Model):
    """A timed block as it was measured."""

    pair: int
    round: int
    attempt: int = Field(description="1, or 2 when the round was repeated because of noise.")
    position: int = Field(description="0 when this arm went first in its round, else 1.")
    calls: int
    wall_s: float
    cpu_s: float = Field(description="Processor time of the process, all threads.")
    switches: int | None = Field(description="Involuntary context switches.")
    canary_s: float | None = Field(description="Seconds of a fixed loop just before.")
    noise: tuple[str, ...] = Field(description="What the noise gate found in this round; empty when it was quiet.")
    counted: bool = Field(description="Whether the statistics use it: a noisy round's repetition stands for it.")


def seconds_by_pair(blocks: Iterable[Block]) -> list[list[float]]:
    """Seconds per call of the counted blocks, pair by pair."""
    pairs: dict[int, list[float]] = {}
    for block in blocks:
        if block.counted:
            pairs.setdefault(block.pair, []).append(block.wall_s / block.calls)
    return [pairs[pair] for pair in sorted(pairs)]


class Warmup(Model):
    calls: int
    seconds: float
    steady: bool = Field(description="Two windows in a row agreed within 5%.")


class ColdCosts(Model):
    """What comes before the first steady call, in seconds; of the first pair of processes."""

    start_s: float = Field(description="From the start of the process until it takes commands.")
    import_s: float | None
    build_s: float | None
    first_call_s: float | None = Field(description="The first outputs: tracing and compiling included.")


class Tails(Model):
    """Percentiles over single calls, in seconds."""

    calls: int
    p50_s: float
    p95_s: float
    p99_s: float


class Result(ModelWithComputedFields):
    """What one framework's half gave: an observation, times, or a failure."""

    probe: str = Field(default="", description="The probe that it belongs to, in a run of everything.")
    framework: Framework
    place: ArmPlace
    version: str | None
    variant: str = ""
    mode: Mode = "ordinary"
    device: Device = "cpu"
    cache: Cache = Field(default="hot", description="Whether a GPU's cache was flushed before each call.")
    threads: int | None = Field(
        default=None, description="How many threads an operation may use, as the framework says."
    )
    threads_asked: int | None = Field(default=None, description="None: as many as the framework takes by itself.")
    cores_used: float | None = Field(default=None, description="Processor time over wall clock in the blocks, median.")
    observation: Mapping[str, Any] | None = None
    printed: str = Field(default="", description="The end of what a capability probe's half printed.")
    median_s: float | None = Field(default=None, description="Median seconds of one call.")
    ci95_s: tuple[float, float] | None = None
    iqr_s: float | None = None
    blocks: tuple[Block, ...] = Field(default=(), description="Every block that was timed, counted or not.")
    warmup: Warmup | None = None
    cold: ColdCosts | None = None
    tails: Tails | None = None
    gflops: float | None = None
    peak_rss_bytes: int | None = Field(
        default=None, description="The most memory of the process until then: import, and every variant so far."
    )
    peak_device_bytes: int | None = None
    failure: Failure | None = None

    @computed_field(description="Seconds per call, one for each counted block, pair by pair.")  # type: ignore[prop-decorator]
    @property
    def samples_s(self) -> tuple[float, ...]:
        return tuple(seconds for pair in seconds_by_pair(self.blocks) for seconds in pair)

    @property
    def key(self) -> Key:
        """Results with the same key are compared with each other."""
        return self.variant, self.threads_asked, self.cache
