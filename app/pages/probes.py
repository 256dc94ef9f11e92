"""The pages of the catalogue: the machine and all probes, and one probe with both programs side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, get_args

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from app.knowledge.models import Claim
from app.machine.models import Gpu, Machine
from app.pages.forms import fields_of, read_form, start_run
from app.pages.grammar import counted
from app.pages.page import Page
from app.pages.programs import CodeView, code_view
from app.pages.rendering import html
from app.runs.catalogue import Probe
from app.runs.inspection import Installed, why_no_device
from app.runs.measuring.presets import PRESET_WORDS
from app.runs.models import Mode, Run
from app.runs.run_wording import memory as size
from app.runs.run_wording import run_sentence
from app.web.dependencies import ServiceOf
from app.web.service import Service

router = APIRouter(include_in_schema=False)

MODE_WORDS: Mapping[Mode, str] = {
    "ordinary": "each in its usual way: PyTorch eagerly, TensorFlow as tf.function",
    "eager": "both eagerly",
    "compiled": "both compiled: torch.compile and XLA",
}


class FormChoice(NamedTuple):
    """A choice of a form; one that has a `refusal` cannot be chosen, for that reason."""

    value: str
    label: str
    refusal: str | None = None


@dataclass(frozen=True)
class StartForm:
    """The form that starts a run: its choices, the chosen ones, and the problems with them."""

    preset: str
    device: str
    mode: str
    presets: Sequence[FormChoice]
    devices: Sequence[FormChoice]
    modes: Sequence[FormChoice]
    needs_token: bool
    problems: Sequence[str]


@dataclass(frozen=True)
class ProbesPage(Page):
    section = "/probes"

    groups: Sequence[tuple[str, Sequence[Probe]]]
    total: int
    timing: int
    machine: Machine
    installed: Sequence[Installed]
    recent: Sequence[Run]
    titles: Mapping[str, str]

    @property
    def processor(self) -> str:
        processor, limit = self.machine.processor, self.machine.limits.cpus
        usable = len(processor.affinity or ())
        parts = [
            processor.model or "unknown",
            counted(processor.logical, "core") if processor.logical else "",
            "virtual" if processor.virtual else "",
            f"{usable} usable" if usable and usable != processor.logical else "",
            f"limited to {limit} cores" if limit else "",
        ]
        return ", ".join(part for part in parts if part)

    @property
    def memory(self) -> str:
        memory = self.machine.memory
        return size(memory.total) + (f", limited to {size(memory.limit)}" if memory.limit else "")

    @property
    def gpus(self) -> list[str]:
        return [", ".join(_gpu(gpu)) for gpu in self.machine.gpus]

    @property
    def system(self) -> str:
        system, load = self.machine.system, self.machine.load.minutes_1
        kernel = f", kernel {system.kernel}" if system.kernel else ""
        return f"{system.os or 'unknown'}{kernel}{'' if load is None else f'; load {load:.2f}'}"


def _gpu(gpu: Gpu) -> Iterator[str]:
    yield gpu.name
    if gpu.memory:
        yield size(gpu.memory)
    if gpu.driver:
        yield f"driver {gpu.driver}"


@dataclass(frozen=True)
class ProbePage(Page):
    section = "/probes"
    below_section = True

    probe: Probe
    subject: str
    code: CodeView
    form: StartForm
    claims: Sequence[Claim]
    history: Sequence[Run]
    sentences: Mapping[str, str]


async def probes_page(service: Service) -> ProbesPage:
    """The machine, the catalogue by subject, and the latest runs."""
    runs = service.runs
    recent = await service.history.recent()
    probes = runs.catalogue.probes
    return ProbesPage(
        title="Probes",
        notice=service.history.notice,
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
    history = await service.history.recent(probe.id)
    return ProbePage(
        title=probe.title,
        notice=service.history.notice,
        probe=probe,
        subject=service.runs.catalogue.subjects[probe.subject],
        code=code_view(probe),
        form=await _form(service, probe, chosen or {}, problems),
        claims=service.claims_of(probe.id),
        history=history,
        sentences={run.id: run_sentence(run) for run in history},
    )


async def _form(service: Service, probe: Probe, chosen: Mapping[str, str], problems: Sequence[str]) -> StartForm:
    installed = await service.runs.inspection.frameworks() if len(probe.devices) > 1 else ()
    return StartForm(
        preset=chosen.get("preset", "quick"),
        device=chosen.get("device", "cpu"),
        mode=chosen.get("mode", "ordinary"),
        presets=[FormChoice(preset, PRESET_WORDS[preset]) for preset in probe.presets],
        devices=[FormChoice(d, d, None if d == "cpu" else why_no_device(d, installed)) for d in probe.devices],
        modes=[FormChoice(mode, MODE_WORDS[mode]) for mode in get_args(Mode) if mode in probe.modes],
        needs_token=service.token is not None,
        problems=problems,
    )


@router.get("/probes")
async def probes(service: ServiceOf) -> HTMLResponse:
    """The machine and the catalogue."""
    return html("probes.html", await probes_page(service))


@router.get("/probes/{id}")
async def probe(id: str, service: ServiceOf) -> HTMLResponse:
    """One probe: both programs, how to start it, and its history."""
    return html("probe.html", await probe_page(service, service.runs.probe(id)))


@router.post("/probes/{id}")
async def start(id: str, request: Request, service: ServiceOf) -> Response:
    """Start a run, and go to its page. What is refused comes back with the form as it was filled in."""
    form = await read_form(request)
    probe = service.runs.probe(id)

    async def again(problems: Sequence[str], status: int) -> HTMLResponse:
        return html("probe.html", await probe_page(service, probe, form, problems), status)

    return await start_run(request, service, form, {"probe": id, **fields_of(form)}, again)
