"""What a run is: asked for, measured, judged, stored and shown. Field names are part of the public contract."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, computed_field, model_validator

from app.knowledge.models import Framework

Preset = Literal["quick", "standard", "rigorous"]
Device = Literal["cpu", "cuda", "mps"]
Mode = Literal["ordinary", "eager", "compiled"]
ProbeKind = Literal["capability", "timing"]
RunStatus = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
ArmPlace = Literal["first", "second"]
Cache = Literal["hot", "cold"]
Key = tuple[str, int | None, Cache]
ComparisonVerdict = Literal[
    "pytorch_faster",
    "tensorflow_faster",
    "no_difference",
    "inconclusive",
    "too_noisy",
    "not_comparable",
    "first_faster",
    "second_faster",
]
"""The last two are for control runs, in which the same framework runs in both places."""

ClaimRuling = Literal["confirmed", "partly", "refuted", "not_testable"]

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

StoredVerdictKind = Literal["claim", "speed"]

EVERYTHING = "everything"
"""Stands for a probe in the request of a run that checks every claim."""

FINAL: tuple[RunStatus, ...] = ("done", "failed", "cancelled", "interrupted")


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelWithComputedFields(Model):
    """A model whose JSON has fields that follow from others. They are left out when it is read again."""

    @model_validator(mode="before")
    @classmethod
    def _without_computed(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        return {name: value for name, value in data.items() if name not in cls.model_computed_fields}


class RunRequest(Model):
    """What to run."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    probe: str = Field(
        description="A probe's id, or `everything`: every probe that a claim names.", examples=["matmul_256"]
    )
    preset: Preset = Field(
        default="quick",
        description="How carefully to measure. Of `everything`, `quick` runs the fast capability probes alone.",
    )
    device: Device = Field(default="cpu", description="Where the tensors are.")
    mode: Mode = Field(
        default="ordinary",
        description="`ordinary`: PyTorch eagerly, TensorFlow as tf.function; `eager`: both eagerly; `compiled`: "
        "torch.compile and XLA.",
    )
    control: Framework | None = Field(
        default=None,
        description="Run this framework in both places: a control, which should find no difference.",
    )
    claims: Annotated[tuple[str, ...], BeforeValidator(lambda v: tuple(v) if isinstance(v, list) else v)] = Field(
        default=(), max_length=500, description="Of `everything`, only what is needed to check these claims."
    )


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


class Equivalence(Model):
    """Whether both halves computed the same."""

    checked: bool
    passed: bool | None
    max_abs_error: float | None = Field(default=None, description="Between the two frameworks.")
    relative_error: float | None = Field(default=None, description="Between the two frameworks.")
    against_reference: Mapping[Framework, float] = Field(
        default={}, description="Relative Frobenius error of each against float64, where the probe has a reference."
    )
    tolerance: float | None = Field(default=None, description="The largest relative error that passes.")
    reason: str | None = None


class Comparison(Model):
    """Two arms, compared over pairs of processes."""

    probe: str = Field(default="", description="The probe that it belongs to, in a run of everything.")
    variant: str = ""
    mode: Mode = "ordinary"
    threads_asked: int | None = None
    cache: Cache = "hot"
    ratio: float | None = Field(description="TensorFlow's time over PyTorch's; in a control run, second over first.")
    ci95: tuple[float, float] | None
    verdict: ComparisonVerdict
    reason: str | None = Field(description="Why there is no clearer verdict.")
    indicative: bool = Field(description="From one pair of processes: shown, but names no winner.")
    delta: float = Field(description="A difference below this share counts as none.")
    pair_log_ratios: tuple[float, ...] = Field(description="The median log ratio of each pair of processes.")
    rounds: int
    noisy_rounds: int = Field(description="Rounds that stayed noisy when they were repeated.")
    equivalence: Equivalence

    @property
    def key(self) -> Key:
        """The key of the results that it compares."""
        return self.variant, self.threads_asked, self.cache


class Check(Model):
    """One expectation of a claim, and what came of it, in words."""

    see: str = Field(description="The place in the observation.")
    expected: str
    observed: str
    holds: bool | None = Field(description="Null where nothing can be said.")
    control: bool = Field(description="Whether it tests the experiment rather than the claim.")
    says: str


class ClaimVerdict(Model):
    """What a run says of a claim."""

    claim: str
    verdict: ClaimRuling
    reason: str = Field(description="A sentence made from what was observed.")
    checks: tuple[Check, ...] = ()
    versions: Mapping[str, str] = Field(default={}, description="Of the frameworks that were observed.")


class Speed(Model):
    """Who was faster at a workload that the rules name, in a run that may name a winner."""

    workload: str
    probe: str
    variant: str
    device: Device
    verdict: ComparisonVerdict
    ratio: float | None = Field(description="TensorFlow's time over PyTorch's.")
    ci95: tuple[float, float] | None
    delta: float
    preset: Preset
    versions: Mapping[str, str]


class StoredVerdict(Model):
    """The verdict of a run on a claim or on a workload, as it is stored."""

    number: int = Field(description="Counts all stored verdicts of this server.")
    run: str
    kind: StoredVerdictKind
    subject: str = Field(description="The claim's or the workload's id.")
    verdict: str
    found_at: datetime
    data: Mapping[str, Any]


class ScalingExponent(Model):
    """With which power of the size the time of one arm grows."""

    exponent: float
    as_expected: bool = Field(description="Whether it is within the bounds.")


class Scaling(Model):
    """How the time grows with the size, where the variants of a probe are sizes."""

    exponents: Mapping[str, ScalingExponent] = Field(
        description="By framework; in a control run by place: `first`, `second`."
    )
    bounds: tuple[float, float] = Field(description="Between these the time grows as the work does.")

    @property
    def as_expected(self) -> bool:
        return all(one.as_expected for one in self.exponents.values())


class Measured(ModelWithComputedFields):
    """What a run found out."""

    environment: Mapping[str, Any] | None = None
    results: tuple[Result, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    verdicts: tuple[ClaimVerdict, ...] = ()
    speeds: tuple[Speed, ...] = ()
    scaling: Scaling | None = Field(default=None, description="Where the variants of the probe are sizes.")
    error: Failure | None = None

    @computed_field(description="The first of the comparisons; null in a run of everything.")  # type: ignore[prop-decorator]
    @property
    def comparison(self) -> Comparison | None:
        return self.comparisons[0] if self.comparisons and not self.comparisons[0].probe else None


class Outcome(Measured):
    """What an execution ends with."""

    status: Literal["done", "failed", "cancelled"]

    @model_validator(mode="before")
    @classmethod
    def _of_an_earlier_version(cls, data: Any) -> Any:
        """Earlier versions called `scaling` `findings`, and stored an empty one too."""
        if not isinstance(data, Mapping) or "findings" not in data:
            return data
        older = data["findings"]
        scaling = {"exponents": older["scaling"], "bounds": older["bounds"]} if older else None
        return {name: value for name, value in data.items() if name != "findings"} | {"scaling": scaling}


class RunHead(Model):
    """A run without what it found out."""

    id: str
    probe: str
    preset: Preset
    device: Device
    mode: Mode
    control: Framework | None
    claims: tuple[str, ...] = ()
    status: RunStatus
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def over(self) -> bool:
        return self.status in FINAL

    @property
    def request(self) -> RunRequest:
        return RunRequest(
            probe=self.probe,
            preset=self.preset,
            device=self.device,
            mode=self.mode,
            control=self.control,
            claims=self.claims,
        )


class Run(Measured, RunHead):
    """A run, from its request to its outcome."""


class Event(Model):
    """Something that happened in a run; `seq` counts from 1."""

    seq: int
    kind: Literal["status", "progress", "result", "end"]
    data: Mapping[str, Any]


PageNumber = Annotated[int, Field(ge=1, le=10_000)]
