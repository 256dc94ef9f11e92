"""The ledger: its list with filters, one claim, the sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from app.advice.schema.advice import LocalCheck
from app.advice.schema.of_checks import local_check
from app.advice.wording import STATUS_WORDS
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Term
from app.knowledge.ledger import Filter, choices, find_claim, find_claims, make_filter
from app.knowledge.models import NAMES, Claim, Component, Criterion, Question, Source
from app.pages.claim_check import ClaimCheck, claim_check
from app.pages.forms import fields_of, read_form, start_run
from app.pages.page import Page
from app.pages.rendering import html
from app.web.dependencies import ServiceOf
from app.web.query import pairs_of, single_values
from app.web.service import Service

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
    claims: Sequence[Claim]
    filters: Sequence[FilterView]
    total: int
    sources: Mapping[str, Source]
    criteria: Mapping[str, Criterion]


@dataclass(frozen=True)
class ConditionView:
    """An alternative in words: (question, what of it)."""

    terms: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ClaimPage(Page):
    claim: Claim
    criterion: Criterion
    sources: Mapping[str, Source]
    alternatives: Sequence[ConditionView]
    conflicts: Sequence[Claim]
    components: Sequence[Component]
    review_due: bool
    shipped: Claim | None
    checked_here: LocalCheck | None
    check: ClaimCheck | None


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


def claim_page(
    knowledge: Knowledge, shipped: Knowledge, claim: Claim, today: date, check: ClaimCheck | None
) -> ClaimPage:
    """One claim with all that is known of it, on this server and as it is shipped."""
    alternatives = claim.matters_when.alternatives if claim.matters_when else ()
    return ClaimPage(
        title=claim.statement,
        claim=claim,
        criterion=knowledge.criteria[claim.criterion],
        sources=knowledge.sources,
        alternatives=[
            ConditionView([_words(knowledge.questions[id], term) for id, term in alternative.items()])
            for alternative in alternatives
        ],
        conflicts=[knowledge.claims[id] for id in claim.conflicts_with],
        components=[knowledge.components[id] for id in claim.components],
        review_due=claim.days_overdue(today) > 0,
        shipped=shipped.claims.get(claim.id),
        checked_here=local_check(knowledge, claim),
        check=check,
    )


def _words(question: Question, term: Term) -> tuple[str, str]:
    parts = []
    if term.all:
        parts.append(" and ".join(question.option(option).label for option in term.all))
    if term.any:
        parts.append(" or ".join(question.option(option).label for option in term.any))
    if term.none:
        parts.append("but not " + ", ".join(question.option(option).label for option in term.none))
    return question.ask, ", with ".join(parts[:2]) + (f", {parts[2]}" if len(parts) > 2 else "")


@router.get("/claims")
async def claims(request: Request, service: ServiceOf) -> HTMLResponse:
    """The ledger of claims, with filters."""
    filter = make_filter(service.knowledge, single_values(pairs_of(request)))
    page = claims_page(await service.known(), filter)
    return html("claims.html", replace(page, notice=service.store_notice))


@router.get("/claims/{id}")
async def claim(id: str, service: ServiceOf) -> HTMLResponse:
    """One claim."""
    return await _claim_response(service, id)


@router.post("/claims/{id}/check")
async def check_claim(id: str, request: Request, service: ServiceOf) -> Response:
    """Run a claim's probe, and show the claim while it runs."""
    form = await read_form(request)
    claim = find_claim(await service.known(), id)
    probe = service.runs.probe(claim.probe or "")

    async def again(problems: Sequence[str], status: int) -> HTMLResponse:
        return await _claim_response(service, id, problems, status)

    preset = "standard" if probe.kind == "timing" else "quick"
    asked = {"probe": probe.id, "preset": preset, **fields_of(form)}
    return await start_run(request, service, form, asked, again, f"/claims/{id}#check")


async def _claim_response(service: Service, id: str, problems: Sequence[str] = (), status: int = 200) -> HTMLResponse:
    """A claim's page. `problems`: why its check was not started."""
    known = await service.known()
    claim = find_claim(known, id)
    check = await claim_check(service, claim, problems)
    page = claim_page(known, service.knowledge, claim, service.today(), check)
    return html("claim.html", replace(page, notice=service.store_notice), status)
