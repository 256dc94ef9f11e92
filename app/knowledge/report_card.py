"""The report card: how the statements of each source, and on each criterion, have stood the test."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from app.knowledge.base import Knowledge
from app.knowledge.models import Claim, ClaimStatus

STATUSES: tuple[ClaimStatus, ...] = get_args(ClaimStatus)


@dataclass(frozen=True)
class Grade:
    """How many claims have each status."""

    id: str
    name: str
    counts: Mapping[ClaimStatus, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class ReportCard:
    """Claims of the sources by status. A claim that two sources make counts for both, and once in the whole."""

    whole: Grade
    sources: tuple[Grade, ...]
    criteria: tuple[Grade, ...]
    checked_here: int
    checkable: int


def report_card(knowledge: Knowledge) -> ReportCard:
    """The report card of a rule base, with whatever issues lie over it. What a server measured is no source's."""
    claims = [claim for claim in knowledge.claims.values() if claim.id not in knowledge.workloads]
    found = knowledge.local_evidence.claims if knowledge.local_evidence else {}
    by_source = [
        (source.id, source.title, [claim for claim in claims if source.id in {c.id for c in claim.sources}])
        for source in knowledge.sources.values()
    ]
    by_criterion = [
        (criterion.id, criterion.name, [claim for claim in claims if claim.criterion == criterion.id])
        for criterion in knowledge.criteria.values()
    ]
    return ReportCard(
        whole=_grade("all", "All statements", claims),
        sources=tuple(_grade(*one) for one in by_source if one[2]),
        criteria=tuple(_grade(*one) for one in by_criterion if one[2]),
        checked_here=sum(claim.id in found for claim in claims),
        checkable=sum(claim.is_decided_by_running and bool(claim.expects) for claim in claims),
    )


def _grade(id: str, name: str, claims: Iterable[Claim]) -> Grade:
    found = Counter(claim.status for claim in claims)
    return Grade(id, name, {status: found[status] for status in STATUSES})
