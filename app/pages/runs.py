"""The page of a run: while it goes on, and what it came to."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from app.knowledge.models import FRAMEWORKS, NAMES
from app.pages.plots import sample_plot
from app.pages.probes import in_a_few_words
from app.pages.progress import progress_of
from app.pages.run_contexts import ComparisonView, ObservationRow, RunPage
from app.runs.models import EVERYTHING, Comparison, Ruling, Run
from app.runs.run_wording import memory, names, say_threads, verdict_sentence
from app.runs.verdicts.observations import is_error
from app.web.service import Service

ORDER: tuple[Ruling, ...] = ("refuted", "partly", "confirmed", "not_testable")
"""What surprises comes first."""


async def run_page(service: Service, run: Run) -> RunPage:
    """Everything about a run that its page shows."""
    probe = service.runs.catalogue.probes.get(run.probe)
    name = "everything" if run.probe == EVERYTHING else run.probe
    known = await service.known()
    return RunPage(
        title=f"Run of {probe.title if probe else name}",
        run=run,
        probe=probe,
        headline=in_a_few_words(run),
        sentence=_below_headline(run),
        name=probe.title if probe else name.capitalize(),
        comparisons=[_view(run, comparison) for comparison in run.comparisons] if probe else [],
        observations=observation_rows(run) if probe and not run.comparisons else [],
        verdicts=sorted(run.verdicts, key=lambda verdict: ORDER.index(verdict.verdict)),
        statements={id: claim.statement for id, claim in known.claims.items()},
        conditions=list(_conditions(run)),
        libraries=list(_libraries(run)),
        findings=list(_findings(run)),
        progress=await progress_of(service, run),
        needs_token=service.token is not None,
    )


def _below_headline(run: Run) -> str | None:
    """The verdict's sentence without the words that the headline has said already."""
    if run.comparison is None:
        return None
    rest = verdict_sentence(run.comparison, run).removeprefix(in_a_few_words(run)).lstrip(":, ")
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


def observation_rows(run: Run) -> list[ObservationRow]:
    """What both halves observed, key by key, in the order of the first half that has the key."""
    found = {result.framework: result.observation or {} for result in run.results}
    keys = list(dict.fromkeys(key for framework in FRAMEWORKS for key in found.get(framework, {})))
    return [_row(key, found) for key in keys]


def _row(key: str, found: Mapping[Any, Mapping[str, Any]]) -> ObservationRow:
    said = [plain(found[f][key]) if key in found.get(f, {}) else None for f in FRAMEWORKS]
    return ObservationRow(key.replace("_", " "), *said)


def plain(value: Any) -> str:
    """A value of an observation for people: text as it is, the rest as compact JSON."""
    if isinstance(value, str):
        return value
    if is_error(value):
        return f"{value['type']}: {value['message']}"
    return json.dumps(value, ensure_ascii=False)


def _libraries(run: Run) -> Iterator[tuple[str, str]]:
    """Who multiplied the matrices, and how fast: without that line a time says little about a framework."""
    facts = (run.environment or {}).get("frameworks", {})
    for framework in FRAMEWORKS:
        own = facts.get(framework)
        if own and own.get("blas"):
            speed = f", {own['blas_gflops']:.0f} GF/s for a float32 product here" if own.get("blas_gflops") else ""
            yield NAMES[framework], f"{own['blas']}{speed}"


def _conditions(run: Run) -> Iterator[tuple[str, str]]:
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


def _findings(run: Run) -> Iterator[str]:
    scaling = run.findings.get("scaling")
    if scaling:
        low, high = run.findings["bounds"]
        places = dict(zip(("first", "second"), names(run), strict=True))
        for arm, found in scaling.items():
            name = NAMES.get(arm) or places[arm]
            judged = "as expected" if found["as_expected"] else "not as expected"
            yield (
                f"{name}'s time grows with the power {found['exponent']:.2f} of the size, {judged}: "
                f"between {low} and {high} shows that the work was done."
            )
