"""Under which conditions a run was made: machine, packages, protocol, and the libraries that multiplied matrices."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.knowledge.models import FRAMEWORKS, NAMES
from app.runs.models import Run
from app.runs.run_wording import memory


def conditions_of(run: Run) -> Iterator[tuple[str, str]]:
    environment = run.environment
    if not environment:
        return
    yield from _machine(environment["machine"])
    for framework in FRAMEWORKS:
        own = environment["frameworks"].get(framework)
        if own and own.get("packages"):
            packages = ", ".join(f"{name} {version}" for name, version in own["packages"].items())
            yield f"{NAMES[framework]}'s packages", f"{packages}, in Python {own['python']}"
    protocol = environment["protocol"]
    yield "Protocol", f"version {protocol['version']}, worker {protocol['worker_sha256'][:12]}"
    if protocol["probe_sha256"]:
        yield "Probe's source", protocol["probe_sha256"][:12]
    yield "Seed", str(protocol["seed"])


def _machine(machine: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    processor = machine["processor"]
    cores = f", {processor['logical']} cores" if processor["logical"] else ""
    yield "Processor", f"{processor['model'] or 'unknown'}{cores}{', virtual' if processor['virtual'] else ''}"
    if processor["flags"]:
        yield "Instruction sets", ", ".join(processor["flags"])
    yield "Memory", memory(machine["memory"]["total"])
    for gpu in machine["gpus"]:
        yield "GPU", f"{gpu['name']}, driver {gpu['driver'] or 'unknown'}"
    yield "System", ", ".join(machine["system"][part] for part in ("os", "kernel") if machine["system"][part])
    load = machine["load"]
    if load["minutes_1"] is not None:
        pressure = load["cpu"]["avg10"] if load["cpu"] else None
        waited = f"; processes waited for a processor {pressure:.0f}% of the time" if pressure is not None else ""
        yield "Load before", f"{load['minutes_1']:.2f} over a minute{waited}"


def libraries_of(run: Run) -> Iterator[tuple[str, str]]:
    """Who multiplied the matrices, and how fast: without that line a time says little about a framework."""
    facts = (run.environment or {}).get("frameworks", {})
    for framework in FRAMEWORKS:
        own = facts.get(framework)
        if own and own.get("blas"):
            speed = f", {own['blas_gflops']:.0f} GF/s for a float32 product here" if own.get("blas_gflops") else ""
            yield NAMES[framework], f"{own['blas']}{speed}"
