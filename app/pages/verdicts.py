"""The report card and the check of a claim, as pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from app.knowledge.base import Knowledge
from app.knowledge.models import Claim
from app.knowledge.report_card import ReportCard, report_card
from app.pages.forms import fields_of, read_form, start_run
from app.pages.page import Page
from app.pages.rendering import html
from app.runs.models import EVERYTHING, Run
from app.runs.run_wording import run_sentence
from app.web.dependencies import ServiceOf
from app.web.service import Service

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class VerdictsPage(Page):
    section = "/verdicts"

    card: ReportCard
    running: Run | None
    progress: Mapping[str, object] | None
    problems: Sequence[str]
    needs_token: bool
    fast: int
    slow: int
    contested: Sequence[Claim]
    here: frozenset[str]
    history: Sequence[Run]
    titles: Mapping[str, str]
    sentences: Mapping[str, str]

    @property
    def checked_words(self) -> str:
        """How many of the statements this server has checked."""
        if not self.card.checked_here:
            return "This server has not checked any of them yet. You see the status that Tiebreak ships."
        return f"This server checked {self.card.checked_here}; all others have the status that Tiebreak ships."


async def verdicts_page(service: Service, problems: Sequence[str] = ()) -> VerdictsPage:
    """The report card, how to start a run of everything, and what came of it."""
    known = await service.known()
    running = await service.history.unfinished((EVERYTHING,))
    history = await service.history.recent(EVERYTHING)
    probes = service.runs.questions.probes
    slow = len(probes & service.runs.slow_probes)
    return VerdictsPage(
        title="Which claims hold up",
        notice=service.history.notice,
        card=report_card(known),
        running=running,
        progress=await service.history.progress(running),
        problems=problems,
        needs_token=service.token is not None,
        fast=len(probes) - slow,
        slow=slow,
        contested=_contested(known),
        here=frozenset(known.local_evidence.claims) if known.local_evidence else frozenset(),
        history=history,
        titles={EVERYTHING: "Everything"},
        sentences={run.id: run_sentence(run) for run in history},
    )


def _contested(known: Knowledge) -> list[Claim]:
    claims = [claim for claim in known.claims.values() if claim.is_decided_by_running]
    return sorted(
        (claim for claim in claims if claim.status in ("refuted", "both", "partly")),
        key=lambda claim: claim.status != "refuted",
    )


@router.get("/verdicts")
async def verdicts(service: ServiceOf) -> HTMLResponse:
    """The report card, and how to check everything."""
    return html("verdicts.html", await verdicts_page(service))


@router.post("/verdicts")
async def check_everything(request: Request, service: ServiceOf) -> Response:
    """Start a run of everything, or of what is needed for the claims that the form names, and go to its page."""
    form = await read_form(request)

    async def again(problems: Sequence[str], status: int) -> HTMLResponse:
        return html("verdicts.html", await verdicts_page(service, problems), status)

    fields = fields_of(form)
    claims = fields.pop("claims", "").split()
    return await start_run(request, service, form, {"probe": EVERYTHING, "claims": claims, **fields}, again)
