"""The sources with their claims by status, and the components of the ecosystem."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from app.knowledge.base import Knowledge
from app.knowledge.ledger import Filter, claims_per_source, find_claims
from app.knowledge.models import ClaimStatus, Component, Source, SourceKind
from app.pages.page import Page
from app.pages.rendering import html
from app.web.dependencies import ServiceOf

router = APIRouter(include_in_schema=False)

ROLES: Mapping[SourceKind, str] = {
    "document": "A published comparison. It counts under both policies.",
    "since": "What has happened since. It counts under “As known today” only.",
    "own": "Our own judgement, labelled as such. It counts under both policies.",
    "measured": "Measured by the probes that run on this server. It counts under “As known today” only.",
}
"""For what each kind of source counts."""


@dataclass(frozen=True)
class SourceView:
    source: Source
    claims: int
    statuses: Sequence[tuple[ClaimStatus, int]]

    @property
    def origin(self) -> str:
        """Who published it, and when."""
        nobody = None if self.source.publisher else "No author named"
        parts = (self.source.author or nobody, self.source.publisher, self.source.date)
        return ", ".join(part for part in parts if part)

    @property
    def role(self) -> str:
        return ROLES[self.source.kind]


@dataclass(frozen=True)
class SourcesPage(Page):
    section = "/sources"

    sources: Sequence[SourceView]
    components: Sequence[Component]
    today: date


def sources_page(knowledge: Knowledge, today: date) -> SourcesPage:
    """The sources with their claims by status, and the components of the ecosystem."""
    counts = claims_per_source(knowledge)
    return SourcesPage(
        title="Sources",
        sources=[SourceView(source, counts[id], _statuses(knowledge, id)) for id, source in knowledge.sources.items()],
        components=list(knowledge.components.values()),
        today=today,
    )


def _statuses(knowledge: Knowledge, source: str) -> list[tuple[ClaimStatus, int]]:
    found = Counter(claim.status for claim in find_claims(knowledge, Filter(source=source)))
    statuses: tuple[ClaimStatus, ...] = get_args(ClaimStatus)
    return [(status, found[status]) for status in statuses if found[status]]


@router.get("/sources")
async def sources(service: ServiceOf) -> HTMLResponse:
    """The documents, and the components of the ecosystem with their state."""
    return html("sources.html", sources_page(await service.known(), service.today()))
