"""What a server has found out by running probes, laid over the rule base: verdicts on claims, and measured speed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from app.knowledge.base import Knowledge
from app.knowledge.models import NAMES, Citation, Claim, Framework, Workload

MEASURED_HERE = "this-server"
"""The source of claims that say what was measured on the server itself."""


@dataclass(frozen=True)
class CheckedHere:
    """The newest clear verdict of this server on a claim."""

    verdict: Literal["confirmed", "partly", "refuted"]
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
class Findings:
    """Everything that was found until finding number `revision`; 0: nothing, the rules as they are shipped.

    Compared by identity, so that it can be a key of a cache.
    """

    revision: int = 0
    claims: Mapping[str, CheckedHere] = field(default_factory=lambda: MappingProxyType({}))
    speeds: Mapping[str, MeasuredHere] = field(default_factory=lambda: MappingProxyType({}))


AS_SHIPPED = Findings()


@lru_cache(maxsize=8)
def with_findings(knowledge: Knowledge, findings: Findings) -> Knowledge:
    """The rule base with this server's verdicts as statuses, and a claim for each speed that names a winner.

    Facts about the ecosystem and opinions keep their status: a program cannot ask the world.
    """
    if not findings.claims and not findings.speeds:
        return knowledge
    known = {
        id: found
        for id, found in findings.claims.items()
        if id in knowledge.claims and knowledge.claims[id].is_decided_by_running
    }
    claims = {id: _as_found(claim, known.get(id)) for id, claim in knowledge.claims.items()}
    for id, found in findings.speeds.items():
        if id in knowledge.workloads and MEASURED_HERE in knowledge.sources:
            claims |= {id: _measured(knowledge.workloads[id], found)}
    return replace(knowledge, claims=MappingProxyType(claims), found=findings, shipped_version=knowledge.version)


def _as_found(claim: Claim, found: CheckedHere | None) -> Claim:
    if found is None:
        return claim
    return claim.model_copy(update={"status": found.verdict, "finding": found.reason, "checked_on": found.on})


def _measured(workload: Workload, found: MeasuredHere) -> Claim:
    """The measurement as a claim, in favour of whoever was faster."""
    other: Framework = "tensorflow" if found.favours == "pytorch" else "pytorch"
    low, high = found.interval
    factors = (found.ratio, low, high) if found.favours == "pytorch" else (1 / found.ratio, 1 / high, 1 / low)
    statement = (
        f"{workload.name}: on this server {NAMES[found.favours]} is faster, {NAMES[other]} takes {factors[0]:.2f} "
        f"times as long (95% interval {factors[1]:.2f} to {factors[2]:.2f})."
    )
    versions = ", ".join(f"{NAMES[name]} {version}" for name, version in found.versions.items())
    return Claim(
        id=workload.id,
        statement=statement,
        criterion=workload.criterion,
        favours=found.favours,
        strength=workload.strength,
        kind="timing",
        sources=(Citation(id=MEASURED_HERE, section=f"run {found.run}"),),
        matters_when=workload.matters_when,
        unless=workload.unless,
        status="confirmed",
        finding=f"Measured on the server's {workload.device.upper()} with {versions}.",
        checked_on=found.on,
        probe=workload.probe,
    )
