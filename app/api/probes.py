"""The catalogue of probes and this machine, through the JSON API."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.machine.models import Compiler, Gpu, Limits, Load, Machine, Memory, Processor, System
from app.runs.catalogue import Probe
from app.runs.inspection import Installed
from app.runs.models import Device, Failure, Mode, Preset, ProbeKind
from app.web.dependencies import ServiceOf
from app.web.problems import NOT_FOUND_DOCS, PROBLEM_DOCS
from app.web.service import Service

probes = APIRouter(prefix="/api/v1", tags=["probes"], responses=PROBLEM_DOCS)


class CodeOut(BaseModel):
    """The source text that runs."""

    shared: str = Field(description="What both halves use: imports, inputs, weights, reference.")
    pytorch: str
    tensorflow: str


class ProbeOut(BaseModel):
    """An entry of the catalogue."""

    id: str
    title: str
    kind: ProbeKind
    subject: str
    summary: str
    about: str = Field(description="What it shows and what to look at.")
    claims: list[str] = Field(description="The claims that it bears on.")
    presets: list[Preset]
    devices: list[Device]
    modes: list[Mode]
    variants: list[str] = Field(description="What is measured and compared, each alone.")
    code: CodeOut

    @classmethod
    def of(cls, probe: Probe, service: Service) -> "ProbeOut":
        return cls(
            id=probe.id,
            title=probe.title,
            kind=probe.kind,
            subject=probe.subject,
            summary=probe.summary,
            about=probe.about,
            claims=[claim.id for claim in service.claims_of(probe.id)],
            presets=list(probe.presets),
            devices=list(probe.devices),
            modes=list(probe.modes),
            variants=[variant for variant in probe.variants if variant],
            code=CodeOut(shared=probe.code.shared, pytorch=probe.code.pytorch, tensorflow=probe.code.tensorflow),
        )


class FrameworkOut(BaseModel):
    """A framework as one interpreter has it."""

    installed: bool
    version: str | None
    devices: list[Device]
    facts: dict[str, Any] | None = Field(description="Python, packages, wheel, build, BLAS, instruction sets, GPUs.")
    failure: Failure | None = Field(description="Why it cannot be used.")

    @classmethod
    def of(cls, installed: Installed) -> "FrameworkOut":
        facts = dict(installed.facts) if installed.facts else None
        return cls(
            installed=facts is not None,
            version=facts["version"] if facts else None,
            devices=list(installed.devices),
            facts=facts,
            failure=installed.failure,
        )


class EnvironmentOut(BaseModel):
    """This machine, and both frameworks as their interpreters have them."""

    machine_id: str
    processor: Processor
    memory: Memory
    limits: Limits
    system: System
    load: Load
    gpus: list[Gpu]
    compilers: list[Compiler]
    frameworks: dict[str, FrameworkOut]

    @classmethod
    def of(cls, machine: Machine, installed: tuple[Installed, ...]) -> "EnvironmentOut":
        return cls(
            machine_id=machine.id,
            processor=machine.processor,
            memory=machine.memory,
            limits=machine.limits,
            system=machine.system,
            load=machine.load,
            gpus=list(machine.gpus),
            compilers=list(machine.compilers),
            frameworks={one.framework: FrameworkOut.of(one) for one in installed},
        )


@probes.get("/probes")
async def list_probes(service: ServiceOf) -> list[ProbeOut]:
    """All probes, by subject."""
    return [ProbeOut.of(probe, service) for probe in service.runs.catalogue.probes.values()]


@probes.get("/probes/{id}", responses=NOT_FOUND_DOCS)
async def get_probe(id: str, service: ServiceOf) -> ProbeOut:
    """One probe, with the source text of both halves."""
    return ProbeOut.of(service.runs.probe(id), service)


@probes.get("/environment")
async def get_environment(service: ServiceOf) -> EnvironmentOut:
    """This machine and both frameworks, found without importing a framework into the service."""
    inspection = service.runs.inspection
    return EnvironmentOut.of(await inspection.machine(), await inspection.frameworks())
