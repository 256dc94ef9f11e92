"""The pages of the catalogue: the machine and all probes, and one probe with both programs side by side."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import get_args

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from app.knowledge.models import NAMES
from app.pages.progress import recent_runs
from app.pages.run_contexts import CodeView, ProbePage, ProbesPage, StartForm
from app.runs.catalogue import Probe
from app.runs.inspection import why_no_device
from app.runs.measuring.presets import PRESET_WORDS
from app.runs.models import EVERYTHING, Mode, Run
from app.runs.run_wording import REASON_WORDS, say_claims, verdict_headline, verdict_sentence
from app.web.service import Service

MODE_WORDS: Mapping[Mode, str] = {
    "ordinary": "each in its ordinary way: PyTorch eagerly, TensorFlow as tf.function",
    "eager": "both eagerly",
    "compiled": "both compiled: torch.compile and XLA",
}


async def probes_page(service: Service) -> ProbesPage:
    """The machine, the catalogue by subject, and the latest runs."""
    runs = service.runs
    recent = await recent_runs(service)
    probes = runs.catalogue.probes
    return ProbesPage(
        title="Probes",
        notice=service.store_notice,
        groups=runs.catalogue.by_subject(),
        total=len(probes),
        timing=sum(probe.kind == "timing" for probe in probes.values()),
        machine=await runs.inspection.machine(),
        installed=await runs.inspection.frameworks(),
        recent=recent,
        titles={id: probe.title for id, probe in probes.items()},
    )


async def probe_page(
    service: Service, probe: Probe, chosen: Mapping[str, str] | None = None, problems: Sequence[str] = ()
) -> ProbePage:
    """One probe. `chosen` and `problems` are what a refused form held, and why it was refused."""
    history = await recent_runs(service, probe.id)
    return ProbePage(
        title=probe.title,
        notice=service.store_notice,
        probe=probe,
        subject=service.runs.catalogue.subjects[probe.subject],
        code=code_view(probe),
        form=await _form(service, probe, chosen or {}, problems),
        claims=service.claims_of(probe.id),
        history=history,
        sentences={run.id: in_a_sentence(run) for run in history},
    )


async def _form(service: Service, probe: Probe, chosen: Mapping[str, str], problems: Sequence[str]) -> StartForm:
    installed = await service.runs.inspection.frameworks() if len(probe.devices) > 1 else ()
    return StartForm(
        preset=chosen.get("preset", "quick"),
        device=chosen.get("device", "cpu"),
        mode=chosen.get("mode", "ordinary"),
        presets=[(preset, PRESET_WORDS[preset]) for preset in probe.presets],
        devices=[(d, None if d == "cpu" else why_no_device(d, installed)) for d in probe.devices],
        modes=[(mode, MODE_WORDS[mode]) for mode in get_args(Mode) if mode in probe.modes],
        needs_token=service.token is not None,
        problems=problems,
    )


def in_a_sentence(run: Run) -> str:
    """What a run came to."""
    return verdict_sentence(run.comparison, run) if run.comparison is not None else in_a_few_words(run)


def in_a_few_words(run: Run) -> str:
    """What a run came to, as a headline."""
    if run.comparison is not None:
        return verdict_headline(run.comparison, run)
    if run.error is not None:
        return f"{REASON_WORDS[run.error.reason]}: {run.error.message.splitlines()[0]}"
    if run.status == "done" and run.probe == EVERYTHING:
        return f"{say_claims(run.verdicts)}."
    if run.status == "done":
        missing = [NAMES[result.framework] for result in run.results if result.failure]
        return f"Observed in one framework; {missing[0]} gave nothing." if missing else "Observed in both frameworks."
    return {
        "queued": "Waits for its turn.",
        "running": "Is running.",
        "cancelled": "Was cancelled.",
        "interrupted": "Was interrupted when the service stopped.",
    }.get(run.status, "Failed.")


def code_view(probe: Probe) -> CodeView:
    """Its source text, highlighted."""
    return CodeView(*(_highlighted(text) for text in (probe.code.shared, probe.code.pytorch, probe.code.tensorflow)))


@cache
def _highlighted(text: str) -> Markup:
    return Markup(highlight(text, PythonLexer(), HtmlFormatter(nowrap=True)))  # noqa: S704 - Pygments escapes it
