"""Two halves compared, and how their times grow with the size."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from app.knowledge.models import Framework
from app.runs.models.base import Cache, Key, Mode, Model

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
