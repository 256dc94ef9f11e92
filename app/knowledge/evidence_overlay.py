"""The rule base with this server's own evidence laid over it."""

from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from app.knowledge.base import Knowledge
from app.knowledge.local_evidence import MEASURED_HERE, CheckedHere, LocalEvidence, MeasuredHere
from app.knowledge.models import NAMES, Citation, Claim, Framework, Workload


@lru_cache(maxsize=8)
def with_local_evidence(knowledge: Knowledge, evidence: LocalEvidence) -> Knowledge:
    """The rule base with this server's verdicts as statuses, and a claim for each speed that names a winner.

    Facts about the ecosystem and opinions keep their status: a program cannot ask the world.
    """
    if not evidence.claims and not evidence.speeds:
        return knowledge
    known = {
        id: found
        for id, found in evidence.claims.items()
        if id in knowledge.claims and knowledge.claims[id].is_decided_by_running
    }
    claims = {id: _as_found(claim, known.get(id)) for id, claim in knowledge.claims.items()}
    for id, found in evidence.speeds.items():
        if id in knowledge.workloads and MEASURED_HERE in knowledge.sources:
            claims |= {id: _measured(knowledge.workloads[id], found)}
    return replace(
        knowledge, claims=MappingProxyType(claims), local_evidence=evidence, shipped_version=knowledge.version
    )


def _as_found(claim: Claim, found: CheckedHere | None) -> Claim:
    if found is None:
        return claim
    return claim.model_copy(update={"status": found.verdict, "note": found.reason, "checked_on": found.on})


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
        argument=workload.argument,
        favours=found.favours,
        strength=workload.strength,
        kind="timing",
        sources=(Citation(id=MEASURED_HERE, section=f"run {found.run}"),),
        matters_when=workload.matters_when,
        unless=workload.unless,
        status="confirmed",
        note=f"Measured on the server's {workload.device.upper()} with {versions}.",
        checked_on=found.on,
        probe=workload.probe,
    )
