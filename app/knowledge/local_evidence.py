"""What a server has found out by running probes, laid over the rule base: verdicts on claims, and measured speed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

from app.knowledge.models import Framework

MEASURED_HERE = "this-server"
"""The source of claims that say what was measured on the server itself."""


@dataclass(frozen=True)
class CheckedHere:
    """The newest clear verdict of this server on a claim."""

    verdict: Literal["confirmed", "both", "partly", "refuted"]
    reason: str
    on: date
    run: str
    versions: Mapping[str, str]


@dataclass(frozen=True)
class MeasuredHere:
    """Who was faster at a workload on this server, by more than the measurement's delta.

    `ratio`: TensorFlow's time over PyTorch's, with its 95% interval, which does not reach 1.
    """

    favours: Framework
    ratio: float
    interval: tuple[float, float]
    on: date
    run: str
    versions: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class LocalEvidence:
    """Everything that was found until finding number `revision`; 0: nothing, the rules as they are shipped.

    Compared by identity, so that it can be a key of a cache.
    """

    revision: int = 0
    claims: Mapping[str, CheckedHere] = field(default_factory=lambda: MappingProxyType({}))
    speeds: Mapping[str, MeasuredHere] = field(default_factory=lambda: MappingProxyType({}))


AS_SHIPPED = LocalEvidence()
