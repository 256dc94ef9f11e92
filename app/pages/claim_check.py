"""The check of a claim on its own page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.knowledge.models import FRAMEWORKS, Claim, Framework
from app.pages.observations import plain
from app.pages.programs import CodeView, code_view
from app.runs.catalogue import Probe
from app.runs.models import EVERYTHING, ClaimVerdict, Failure, Result, Run, StoredVerdict
from app.runs.verdicts.observations import Observations
from app.runs.verdicts.wording import say_expected, say_place
from app.web.service import Service


@dataclass(frozen=True)
class ExpectedRow:
    """An expectation of a claim before anything was observed."""

    see: str
    expected: str
    control: bool


@dataclass(frozen=True)
class HalfView:
    """What one program gave of what a claim looks at, what it printed, or how it failed."""

    framework: Framework
    version: str | None
    entries: Sequence[tuple[str, str]]
    printed: str
    failure: Failure | None


@dataclass(frozen=True)
class ClaimCheck:
    """A claim's probe on the claim's own page. `decides`: its verdict becomes the claim's status."""

    probe: Probe
    code: CodeView
    decides: bool
    verdict: ClaimVerdict | None
    found: StoredVerdict | None
    expected: Sequence[ExpectedRow]
    halves: Sequence[HalfView]
    history: Sequence[StoredVerdict]
    running: Run | None
    progress: Mapping[str, object] | None
    problems: Sequence[str]
    needs_token: bool

    @property
    def takes_long(self) -> bool:
        return self.probe.slow or self.probe.kind == "timing"

    @property
    def running_words(self) -> str:
        """Subject and verb of the sentence about the run that goes on."""
        return "Everything is" if self.running and self.running.probe == EVERYTHING else "This claim is"

    @property
    def unchecked_words(self) -> str:
        if self.expected:
            return "Not checked yet. The claim expects this of its two programs:"
        return "Not checked yet. The two programs only show what happens; they give no verdict."


async def claim_check(service: Service, claim: Claim, problems: Sequence[str] = ()) -> ClaimCheck | None:
    """What a claim's page says of its probe; None where it has none."""
    probe = service.runs.catalogue.probes.get(claim.probe or "")
    if probe is None:
        return None
    history = await service.history.verdicts_on(claim.id)
    newest = history[0] if history else None
    running = await service.history.unfinished((probe.id, EVERYTHING))
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
        progress=await service.history.progress(running),
        problems=problems,
        needs_token=service.token is not None,
    )


def _expected(claim: Claim, index: int) -> ExpectedRow:
    """An expectation in words, before anything was observed."""
    expectation = claim.expects[index]
    return ExpectedRow(say_place(expectation.see), say_expected(expectation, Observations({}, {})), expectation.control)


async def _halves(service: Service, claim: Claim, newest: StoredVerdict | None) -> list[HalfView]:
    """What each program gave of that which the claim looks at, what it printed, or how it failed."""
    if newest is None:
        return []
    run = await service.history.run(newest.run)
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
