"""The models of a run: its request, its results, its verdicts. Field names are part of the public contract."""

from app.runs.models.base import (
    EVERYTHING,
    FINAL,
    ArmPlace,
    Cache,
    Device,
    Key,
    Mode,
    Model,
    ModelWithComputedFields,
    PageNumber,
    Preset,
    ProbeKind,
    RunStatus,
)
from app.runs.models.comparisons import Comparison, ComparisonVerdict, Equivalence, Scaling, ScalingExponent
from app.runs.models.request import RunRequest
from app.runs.models.results import Block, ColdCosts, Failure, FailureReason, Result, Tails, Warmup, seconds_by_pair
from app.runs.models.run import Event, Measured, Outcome, Run, RunHead
from app.runs.models.verdicts import Check, ClaimRuling, ClaimVerdict, Speed, StoredVerdict, StoredVerdictKind

__all__ = [
    "EVERYTHING",
    "FINAL",
    "ArmPlace",
    "Block",
    "Cache",
    "Check",
    "ClaimRuling",
    "ClaimVerdict",
    "ColdCosts",
    "Comparison",
    "ComparisonVerdict",
    "Device",
    "Equivalence",
    "Event",
    "Failure",
    "FailureReason",
    "Key",
    "Measured",
    "Mode",
    "Model",
    "ModelWithComputedFields",
    "Outcome",
    "PageNumber",
    "Preset",
    "ProbeKind",
    "Result",
    "Run",
    "RunHead",
    "RunRequest",
    "RunStatus",
    "Scaling",
    "ScalingExponent",
    "Speed",
    "StoredVerdict",
    "StoredVerdictKind",
    "Tails",
    "Warmup",
    "seconds_by_pair",
]
