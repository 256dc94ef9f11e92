"""The report card and the check of a claim, as pages."""

from collections.abc import Sequence

from app.knowledge.base import Knowledge
from app.knowledge.models import FRAMEWORKS, Claim
from app.knowledge.report_card import report_card
from app.pages.probes import code_view, in_a_sentence
from app.pages.progress import progress_of, recent_runs, unfinished
from app.pages.run_contexts import ClaimCheck, ExpectedRow, HalfView, VerdictsPage
from app.pages.runs import plain
from app.runs.models import EVERYTHING, ClaimVerdict, Finding, Result
from app.runs.verdicts.observations import Seen
from app.runs.verdicts.wording import say_expected, say_place
from app.web.service import Service

HISTORY = 10


async def verdicts_page(service: Service, problems: Sequence[str] = ()) -> VerdictsPage:
    """The report card, how to start a run of everything, and what came of it."""
    known = await service.known()
    running = await unfinished(service, (EVERYTHING,))
    history = await recent_runs(service, EVERYTHING)
    probes = service.runs.asked.probes
    slow = len(probes & service.runs.slow_probes)
    return VerdictsPage(
        title="What of it holds",
        notice=service.store_notice,
        card=report_card(known),
        running=running,
        progress=await progress_of(service, running),
        problems=problems,
        needs_token=service.token is not None,
        fast=len(probes) - slow,
        slow=slow,
        contested=_contested(known),
        here=frozenset(known.local_evidence.claims) if known.local_evidence else frozenset(),
        history=history,
        titles={EVERYTHING: "Everything"},
        sentences={run.id: in_a_sentence(run) for run in history},
    )


def _contested(known: Knowledge) -> list[Claim]:
    claims = [claim for claim in known.claims.values() if claim.is_decided_by_running]
    return sorted(
        (claim for claim in claims if claim.status in ("refuted", "partly")),
        key=lambda claim: claim.status != "refuted",
    )


async def claim_check(service: Service, claim: Claim, problems: Sequence[str] = ()) -> ClaimCheck | None:
    """What a claim's page says of its probe; None where it has none."""
    probe = service.runs.catalogue.probes.get(claim.probe or "")
    if probe is None:
        return None
    history = await service.from_store(lambda: service.runs.store.findings("claim", claim.id, HISTORY)) or ()
    newest = history[0] if history else None
    running = await unfinished(service, (probe.id, EVERYTHING))
    return ClaimCheck(
        probe=probe,
        code=code_view(probe),
        decides=claim.is_decided_by_running,
        verdict=ClaimVerdict.model_validate(newest.data) if newest else None,
        found=newest,
        expected=[_expected(claim, index) for index in range(len(claim.expects))],
        halves=await _halves(service, claim, newest),
        history=history,
        running=running,
        progress=await progress_of(service, running),
        problems=problems,
        needs_token=service.token is not None,
    )


def _expected(claim: Claim, index: int) -> ExpectedRow:
    """An expectation in words, before anything was observed."""
    expectation = claim.expects[index]
    return ExpectedRow(say_place(expectation.see), say_expected(expectation, Seen({}, {})), expectation.control)


async def _halves(service: Service, claim: Claim, newest: Finding | None) -> list[HalfView]:
    """What each program gave of that which the claim looks at, what it printed, or how it failed."""
    if newest is None:
        return []
    run = await service.from_store(lambda: service.runs.store.get(newest.run))
    own = [result for result in (run.results if run else ()) if result.probe in ("", claim.probe)]
    looked_at = {place[:2] for expectation in claim.expects for place in expectation.places()}
    return [_half(result, looked_at) for result in own if result.framework in FRAMEWORKS and not result.variant]


def _half(result: Result, looked_at: set[tuple[str, ...]]) -> HalfView:
    entries = [
        (key.replace("_", " "), plain(value))
        for key, value in (result.observation or {}).items()
        if (result.framework, key) in looked_at
    ]
    return HalfView(result.framework, result.version, entries, result.printed, result.failure)
