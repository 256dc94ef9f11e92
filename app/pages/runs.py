"""The page of a run: while it goes on, and what it came to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.knowledge.models import NAMES
from app.pages.conditions import conditions_of, libraries_of
from app.pages.forms import read_form
from app.pages.history import progress_of
from app.pages.observations import ObservationRow, observation_rows
from app.pages.page import Page
from app.pages.plots import Plot, sample_plot
from app.pages.rendering import html
from app.runs.catalogue import Probe
from app.runs.models import EVERYTHING, ClaimRuling, ClaimVerdict, Comparison, Result, Run
from app.runs.run_wording import names, run_headline, say_threads, verdict_sentence
from app.web.dependencies import ServiceOf, check_token
from app.web.service import Service

router = APIRouter(include_in_schema=False)

ORDER: tuple[ClaimRuling, ...] = ("refuted", "partly", "confirmed", "not_testable")
"""What surprises comes first."""


@dataclass(frozen=True)
class ComparisonView:
    """A comparison with what belongs to it."""

    title: str
    comparison: Comparison
    sentence: str
    results: Sequence[Result]
    names: Sequence[str]
    plot: Plot | None


@dataclass(frozen=True)
class RunPage(Page):
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
        comparisons=[_view(run, comparison) for comparison in run.comparisons] if probe else [],
        observations=observation_rows(run) if probe and not run.comparisons else [],
        verdicts=sorted(run.verdicts, key=lambda verdict: ORDER.index(verdict.verdict)),
        statements={id: claim.statement for id, claim in known.claims.items()},
        conditions=list(conditions_of(run)),
        libraries=list(libraries_of(run)),
        scaling=list(_scaling(run)),
        progress=await progress_of(service, run),
        needs_token=service.token is not None,
    )


def _below_headline(run: Run) -> str | None:
    """The verdict's sentence without the words that the headline has said already."""
    if run.comparison is None:
        return None
    rest = verdict_sentence(run.comparison, run).removeprefix(run_headline(run)).lstrip(":, ")
    return rest[0].upper() + rest[1:]


def _view(run: Run, comparison: Comparison) -> ComparisonView:
    results = [result for result in run.results if result.key == comparison.key]
    labels = names(run)
    css = [result.framework if not run.control else ("pytorch", "tensorflow")[i] for i, result in enumerate(results)]
    return ComparisonView(
        title=_title(comparison),
        comparison=comparison,
        sentence=verdict_sentence(comparison, run),
        results=results,
        names=labels,
        plot=sample_plot(results, labels, css),
    )


def _title(comparison: Comparison) -> str:
    cache = "cold cache" if comparison.cache == "cold" else ""
    title = ", ".join(part for part in (comparison.variant, say_threads(comparison.threads_asked), cache) if part)
    return title[0].upper() + title[1:]


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
            f"between {low:g} and {high:g} shows that the work was done."
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
