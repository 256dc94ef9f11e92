"""The ledger: the list of claims with its filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from app.advice.wording import STATUS_WORDS
from app.knowledge.base import Knowledge
from app.knowledge.ledger import Filter, choices, find_claims, make_filter
from app.knowledge.models import NAMES, Claim, Criterion, Source
from app.pages.page import Page
from app.pages.rendering import html
from app.web.dependencies import ServiceOf
from app.web.query import pairs_of, single_values

router = APIRouter(include_in_schema=False)

FILTER_LABELS = {"source": "Source", "criterion": "Criterion", "favours": "Favours", "status": "Status"}


@dataclass(frozen=True)
class FilterView:
    """A filter of the ledger with its choices: (value, label)."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True)
class ClaimsPage(Page):
    section = "/claims"

    claims: Sequence[Claim]
    filters: Sequence[FilterView]
    total: int
    sources: Mapping[str, Source]
    criteria: Mapping[str, Criterion]

    @property
    def groups(self) -> list[tuple[Criterion, list[Claim]]]:
        """The claims by criterion, in their order."""
        by_criterion = groupby(self.claims, key=lambda claim: claim.criterion)
        return [(self.criteria[id], list(claims)) for id, claims in by_criterion]


def claims_page(knowledge: Knowledge, filter: Filter) -> ClaimsPage:
    """The claims that the filter accepts."""
    return ClaimsPage(
        title="Claims",
        claims=find_claims(knowledge, filter),
        filters=[_filter_view(knowledge, name, getattr(filter, name)) for name in FILTER_LABELS],
        total=len(knowledge.claims),
        sources=knowledge.sources,
        criteria=knowledge.criteria,
    )


def _filter_view(knowledge: Knowledge, name: str, chosen: str | None) -> FilterView:
    labels = {
        "source": {id: source.title for id, source in knowledge.sources.items()},
        "criterion": {id: criterion.name for id, criterion in knowledge.criteria.items()},
        "favours": NAMES,
        "status": STATUS_WORDS,
    }[name]
    values = [(value, labels[value]) for value in choices(knowledge)[name]]
    return FilterView(name, FILTER_LABELS[name], values, chosen or "")


@router.get("/claims")
async def claims(request: Request, service: ServiceOf) -> HTMLResponse:
    """The ledger of claims, with filters."""
    filter = make_filter(service.knowledge, single_values(pairs_of(request)))
    page = claims_page(await service.known(), filter)
    return html("claims.html", replace(page, notice=service.history.notice))
