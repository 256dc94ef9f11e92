"""A run as plain text, for a terminal."""

import json
from collections.abc import Iterator

from app.knowledge.models import NAMES
from app.runs.catalogue import Probe
from app.runs.models import ClaimRuling, Comparison, Result, Run
from app.runs.run_wording import (
    HARMLESS,
    REASON_WORDS,
    RULING_WORDS,
    error_size,
    memory,
    say_claims,
    say_threads,
    seconds,
    verdict_sentence,
)

SURPRISES: tuple[ClaimRuling, ...] = ("refuted", "both", "partly", "not_testable")


def ledger_report(run: Run) -> str:
    """A run of everything: what does not hold or holds in part, what could not be tested, and the counts."""
    surprising = [verdict for ruling in SURPRISES for verdict in run.verdicts if verdict.verdict == ruling]
    lines = [f"{RULING_WORDS[verdict.verdict]:18} {verdict.claim}: {verdict.reason}" for verdict in surprising]
    lines += [f"{'no result':18} {result.probe}, {_observed(result)}" for result in run.results if result.failure]
    if run.error is not None:
        lines.append(f"{REASON_WORDS[run.error.reason]}: {run.error.message}")
    return "\n".join([*lines, "", say_claims(run.verdicts)])


def grave_failures(run: Run) -> Iterator[Result]:
    """Halves that gave nothing although nothing is missing from the environment."""
    return (result for result in run.results if result.failure and result.failure.reason not in HARMLESS)


def _observed(result: Result) -> str:
    return f"{NAMES[result.framework]}: {_half(result)}"


def _half(result: Result) -> str:
    if result.failure is not None:
        return f"{REASON_WORDS[result.failure.reason].lower()} ({result.failure.message.splitlines()[0]})"
    return f"{len(result.observation or {})} things observed"


def run_report(probe: Probe, run: Run) -> str:
    """The verdicts, each arm's figures, and what was observed."""
    lines = [f"{probe.title} ({run.preset}, {run.device}, {run.mode}): {run.status}"]
    if run.error is not None:
        lines.append(f"{REASON_WORDS[run.error.reason]}: {run.error.message}")
    for comparison in run.comparisons:
        lines += ["", *_compared(comparison, run)]
    for verdict in run.verdicts:
        lines += ["", f"{verdict.claim}: {RULING_WORDS[verdict.verdict]}", f"  {verdict.reason}"]
    if not run.comparisons:
        for result in run.results:
            lines += ["", *_observation(result)]
    return "\n".join(lines)


def _compared(comparison: Comparison, run: Run) -> Iterator[str]:
    yield f"{_title(comparison)}{verdict_sentence(comparison, run)}"
    equivalence = comparison.equivalence
    if equivalence.checked:
        yield f"  Same result: {'yes' if equivalence.passed else 'no'}, {error_size(equivalence.relative_error)} apart"
    for result in run.results:
        if result.key == comparison.key:
            yield f"  {NAMES[result.framework]:11} {_figures(result)}"


def _title(comparison: Comparison) -> str:
    threads = "" if comparison.threads_asked == 1 else say_threads(comparison.threads_asked)
    cache = "cold cache" if comparison.cache == "cold" else ""
    parts = [part for part in (comparison.variant, threads, cache) if part]
    return f"{', '.join(parts)}: " if parts else ""


def _figures(result: Result) -> str:
    if result.failure is not None:
        return _half(result)
    speed = f", {result.gflops:.1f} GF/s" if result.gflops else ""
    return f"{result.version}: median {seconds(result.median_s)}{speed}, peak memory {memory(result.peak_rss_bytes)}"


def _observation(result: Result) -> Iterator[str]:
    yield f"{NAMES[result.framework]} {result.version or ''}".rstrip()
    if result.failure is not None:
        yield f"  {_half(result)}"
    for key, value in (result.observation or {}).items():
        yield f"  {key}: {json.dumps(value, ensure_ascii=False)}"
