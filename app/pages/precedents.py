"""What real projects decided: the list with its filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from app.knowledge.base import Knowledge
from app.knowledge.models import NAMES, Precedent
from app.knowledge.precedent_claims import decision_text
from app.knowledge.precedent_filter import (
    PrecedentFilter,
    find_precedents,
    make_precedent_filter,
    precedent_choices,
)
from app.pages.claims import FilterView
from app.pages.page import Page
from app.pages.rendering import html
from app.web.dependencies import ServiceOf
from app.web.query import pairs_of, single_values

router = APIRouter(include_in_schema=False)

FILTER_LABELS = {
    "choice": "Decision",
    "kind": "Kind",
    "deployment": "Place",
    "data_type": "Data",
    "year": "Year",
}
CHOICE_NAMES = {**NAMES, "jax": "JAX"}
KIND_NAMES = {
    "migrated": "moved",
    "started": "started",
    "stayed": "stayed",
    "dropped-backend": "dropped a back end",
    "dual": "serves both",
    "archived": "archived",
}


@dataclass(frozen=True)
class PrecedentView:
    """A decision as the page shows it. `did`: in a few words; `project`: what the answers say of the project."""

    entry: Precedent
    did: str
    project: str


@dataclass(frozen=True)
class PrecedentsPage(Page):
    section = "/precedents"

    precedents: Sequence[PrecedentView]
    filters: Sequence[FilterView]
    q: str
    total: int
    kinds: Mapping[str, str]


def precedents_page(knowledge: Knowledge, filter: PrecedentFilter) -> PrecedentsPage:
    """The decisions that the filter accepts."""
    return PrecedentsPage(
        title="Precedents",
        precedents=[_view(knowledge, one) for one in find_precedents(knowledge, filter)],
        filters=[_filter_view(knowledge, name, getattr(filter, name)) for name in FILTER_LABELS],
        q=filter.q or "",
        total=len(knowledge.precedents),
        kinds=KIND_NAMES,
    )


def _view(knowledge: Knowledge, precedent: Precedent) -> PrecedentView:
    return PrecedentView(precedent, decision_text(precedent), _described(knowledge, precedent))


def _described(knowledge: Knowledge, precedent: Precedent) -> str:
    """The labels of a project's answers: `Python · Phones and tablets · Audio · A product`."""
    labels = (
        ", ".join(knowledge.questions[question].option(option).label for option in options)
        for question, options in precedent.answers.items()
    )
    return " · ".join(labels)


def _filter_view(knowledge: Knowledge, name: str, chosen: str | None) -> FilterView:
    labels: Mapping[str, str] = {"choice": CHOICE_NAMES, "kind": KIND_NAMES}.get(name, {})
    if name in knowledge.questions:
        labels = {option.id: option.label for option in knowledge.questions[name].options}
    values = [(value, labels.get(value, value)) for value in precedent_choices(knowledge).get(name, ())]
    return FilterView(name, FILTER_LABELS[name], values, chosen or "")


@router.get("/precedents")
async def precedents(request: Request, service: ServiceOf) -> HTMLResponse:
    """Real projects' decisions, with filters."""
    filter = make_precedent_filter(service.knowledge, single_values(pairs_of(request)))
    return html("precedents.html", precedents_page(service.knowledge, filter))
