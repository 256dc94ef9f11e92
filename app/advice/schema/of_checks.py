"""The claims of an advice that this server has checked itself."""

from collections.abc import Sequence

from app.advice.model.scoring import Scored
from app.advice.schema.advice import Checking
from app.advice.schema.reasons import LocalCheck
from app.knowledge.base import Knowledge
from app.knowledge.local_evidence import AS_SHIPPED, LocalEvidence
from app.knowledge.models import Claim


def local_evidence_of(knowledge: Knowledge) -> LocalEvidence:
    """The evidence of this server that lies over the rules."""
    return knowledge.local_evidence or AS_SHIPPED


def local_check(knowledge: Knowledge, claim: Claim) -> LocalCheck | None:
    """This server's verdict on a claim, or its measurement; None without one."""
    evidence = local_evidence_of(knowledge)
    found = evidence.claims.get(claim.id) if claim.is_decided_by_running else None
    if found is not None:
        return LocalCheck(verdict=found.verdict, on=found.on, run=found.run, versions=dict(found.versions))
    measured = evidence.speeds.get(claim.id)
    if measured is None or not is_measured(knowledge, claim):
        return None
    return LocalCheck(verdict="confirmed", on=measured.on, run=measured.run, versions=dict(measured.versions))


def is_measured(knowledge: Knowledge, claim: Claim) -> bool:
    """Whether a claim is a measurement of this server rather than a statement of a source."""
    return claim.id in local_evidence_of(knowledge).speeds and claim.id in knowledge.workloads


def can_be_checked(claim: Claim) -> bool:
    """Whether a probe can give a verdict that counts."""
    return claim.is_decided_by_running and bool(claim.expects)


def checking(knowledge: Knowledge, scored: Scored) -> Checking:
    """The claims about the situation by how they were checked, in the order of the rules."""
    claims: Sequence[Claim] = [evidence.claim for evidence in scored.evidence]
    measured = [claim.id for claim in claims if is_measured(knowledge, claim)]
    here = [c.id for c in claims if c.id not in measured and local_check(knowledge, c) is not None]
    unchecked = [c.id for c in claims if can_be_checked(c) and c.id not in here]
    return Checking(here=here, open=unchecked, measured=measured)
