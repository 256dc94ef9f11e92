"""One claim: everything that is known about it, and its check on this machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from app.advice.schema.of_checks import local_check
from app.advice.schema.reasons import LocalCheck
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Term
from app.knowledge.ledger import find_claim
from app.knowledge.models import NAMES, Citation, Claim, ClaimKind, Component, Criterion, Question, Source
from app.pages.claim_check import ClaimCheck, claim_check
from app.pages.forms import fields_of, read_form, start_run
from app.pages.grammar import day_words, listed
from app.pages.page import Page
from app.pages.rendering import html
from app.web.dependencies import ServiceOf
from app.web.service import Service

router = APIRouter(include_in_schema=False)

KERAS_WORDS = (
    "Keras. As the documents say, that counts for TensorFlow. As known today it decides the API layer, "
    "since Keras 3 runs on both frameworks."
)
STRENGTH_WORDS = ("a convenience", "days of work, or fewer choices", "a usual way is blocked")
KIND_WORDS: Mapping[ClaimKind, str] = {
    "capability": "Capability: a program can show it",
    "timing": "Timing: a measurement can show it",
    "ecosystem": "Ecosystem: a fact with a date",
    "historical": "Historical",
    "opinion": "Opinion",
}


@dataclass(frozen=True)
class ConditionView:
    """One set of answers under which a claim counts: (question, its answers in words)."""

    terms: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ClaimPage(Page):
    section = "/claims"
    below_section = True

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

    @property
    def favours_words(self) -> str:
        if self.claim.favours == "keras":
            return KERAS_WORDS
        if self.claim.favours == "neither":
            return "Neither" if self.claim.background else "Neither: it is evidence that the two are equal."
        return NAMES[self.claim.favours]

    @property
    def strength_words(self) -> str:
        return f"{self.claim.strength} of 3: {STRENGTH_WORDS[self.claim.strength - 1]}, if the statement is true"

    @property
    def kind_words(self) -> str:
        return KIND_WORDS[self.claim.kind]

    @property
    def shipped_words(self) -> str:
        """The day and the note of the shipped status, which follow its badge."""
        if self.shipped is None:
            return ""
        day = f"{day_words(self.shipped.checked_on)}. " if self.shipped.checked_on else ""
        return f"{day}{self.shipped.note or ''}"

    @property
    def citations(self) -> list[tuple[Source, str]]:
        """The sources, each with what follows its title: author, date and section."""
        cited = [(self.sources[citation.id], citation) for citation in self.claim.sources]
        return [(source, _cited_as(source, citation)) for source, citation in cited]


def _cited_as(source: Source, citation: Citation) -> str:
    details = [part for part in (source.author or source.publisher, source.date) if part]
    return "".join(f", {part}" for part in details) + f"; section: {citation.section}"


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
    every, some, none = ([question.option(id).label for id in ids] for ids in (term.all, term.any, term.none))
    parts = [listed(every)] if every else []
    if some:
        parts.append(listed(some, "or"))
    if none:
        parts.append(f"but not {listed(none, 'or')}")
    return question.ask, ", ".join(parts)


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
    return html("claim.html", replace(page, notice=service.history.notice), status)
