"""The page of a run: while it goes on, and what it came to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.knowledge.models import NAMES
from app.pages.comparisons import ComparisonView, comparison_view
from app.pages.conditions import conditions_of, libraries_of
from app.pages.forms import read_form
from app.pages.grammar import capitalised, counted, moment_words
from app.pages.observations import ObservationRow, observation_rows
from app.pages.page import Page
from app.pages.rendering import html
from app.runs.catalogue import Probe
from app.runs.models import EVERYTHING, ClaimRuling, ClaimVerdict, Run
from app.runs.run_wording import names, run_headline, verdict_sentence
from app.web.dependencies import ServiceOf, check_token
from app.web.service import Service

router = APIRouter(include_in_schema=False)

ORDER: tuple[ClaimRuling, ...] = ("refuted", "both", "partly", "confirmed", "not_testable")
"""What surprises comes first."""


@dataclass(frozen=True)
class RunPage(Page):
    section = "/probes"
    below_section = True

    run: Run
    probe: Probe | None
    name: str
    headline: str
    sentence: str | None
    comparisons: Sequence[ComparisonView]
    observations: Sequence[ObservationRow]
    verdicts: Sequence[ClaimVerdict]
    statements: Mapping[str, str]
    conditions: Sequence[tuple[str, str]]
    libraries: Sequence[tuple[str, str]]
    scaling: Sequence[str]
    progress: Mapping[str, object] | None
    needs_token: bool

    @property
    def settings(self) -> str:
        """How it was run, in one line."""
        run = self.run
        claims = f", for {counted(len(run.claims), 'claim')}" if run.claims else ""
        control = f" · control: {NAMES[run.control]} in both places" if run.control else ""
        return f"{self.name}{claims} · {run.preset}, {run.device}, {run.mode}{control}"

    @property
    def libraries_sentence(self) -> str:
        """Which library multiplies matrices in each framework."""
        return f"Matrix products: {'; '.join(f'{name} uses {words}' for name, words in self.libraries)}."

    @property
    def times(self) -> str:
        """When it was requested, started and finished, as far as it has come."""
        run = self.run
        return "; ".join(moment_words(one) for one in (run.created_at, run.started_at, run.finished_at) if one)


async def run_page(service: Service, run: Run) -> RunPage:
    """Everything about a run that its page shows."""
    probe = service.runs.catalogue.probes.get(run.probe)
    name = "everything" if run.probe == EVERYTHING else run.probe
    known = await service.known()
    return RunPage(
        title=f"Run of {probe.title if probe else name}",
        run=run,
        probe=probe,
        headline=run_headline(run),
        sentence=_below_headline(run),
        name=probe.title if probe else name.capitalize(),
        comparisons=[comparison_view(run, comparison) for comparison in run.comparisons] if probe else [],
        observations=observation_rows(run) if probe and not run.comparisons else [],
        verdicts=sorted(run.verdicts, key=lambda verdict: ORDER.index(verdict.verdict)),
        statements={id: claim.statement for id, claim in known.claims.items()},
        conditions=list(conditions_of(run)),
        libraries=list(libraries_of(run)),
        scaling=list(_scaling(run)),
        progress=await service.history.progress(run),
        needs_token=service.token is not None,
    )


def _below_headline(run: Run) -> str | None:
    """The verdict's sentence without the words of the headline above it."""
    if run.comparison is None:
        return None
    rest = verdict_sentence(run.comparison, run).removeprefix(run_headline(run)).lstrip(":, ")
    return capitalised(rest)


def _scaling(run: Run) -> Iterator[str]:
    if run.scaling is None:
        return
    low, high = run.scaling.bounds
    places = dict(zip(("first", "second"), names(run), strict=True))
    for arm, one in run.scaling.exponents.items():
        name = NAMES.get(arm) or places[arm]
        judged = "as expected" if one.as_expected else "not as expected"
        yield (
            f"{name}'s time grows with the power {one.exponent:.2f} of the size, {judged}: "
            f"a power between {low:g} and {high:g} shows that the work was done."
        )


@router.get("/runs/{id}")
async def run(id: str, service: ServiceOf) -> HTMLResponse:
    """A run, while it goes on and afterwards."""
    return html("run.html", await run_page(service, await service.runs.get(id)))


@router.post("/runs/{id}/cancel")
async def cancel(id: str, request: Request, service: ServiceOf) -> Response:
    """Cancel a run, and show it."""
    form = await read_form(request)
    check_token(service, form.get("token"))
    await service.runs.cancel(id)
    return RedirectResponse(f"/runs/{id}", status_code=303)
