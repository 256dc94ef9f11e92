"""What a run says of claims and of workloads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from app.runs.models.base import Device, Model, Preset
from app.runs.models.comparisons import ComparisonVerdict

ClaimRuling = Literal["confirmed", "both", "partly", "refuted", "not_testable"]
StoredVerdictKind = Literal["claim", "speed"]


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
