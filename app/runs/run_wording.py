"""A run in words, the same on its page and in a terminal."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite

from app.knowledge.models import NAMES
from app.runs.models import EVERYTHING, ClaimRuling, ClaimVerdict, Comparison, FailureReason, Run

REASON_WORDS: Mapping[FailureReason, str] = {
    "missing_package": "A package is missing",
    "unusable_interpreter": "The interpreter cannot be used",
    "device_missing": "The device is missing",
    "exception": "An exception was raised",
    "signal": "A signal ended the process",
    "timed_out": "It took too long",
    "silent": "The process ended without a result",
    "flooded": "It sent or printed too much",
    "out_of_memory": "It used too much memory",
    "out_of_processor_time": "It used too much processor time",
    "out_of_disk": "It ran out of disk space",
    "too_many_processes": "It started too many processes or threads",
    "too_many_files": "It opened too many files",
    "file_too_large": "It wrote a file that is too large",
    "cancelled": "It was cancelled",
}


HARMLESS: tuple[FailureReason, ...] = ("missing_package", "device_missing")
"""Reasons that say something of the environment, and leave the other half's result whole."""

RULING_WORDS: Mapping[ClaimRuling, str] = {
    "confirmed": "confirmed",
    "both": "true of both",
    "partly": "partly true",
    "refuted": "refuted",
    "not_testable": "not testable here",
}


def say_counts(verdicts: Iterable[ClaimVerdict]) -> str:
    """How many claims got each verdict: `83 confirmed, 14 partly true, 20 refuted`."""
    found = Counter(verdict.verdict for verdict in verdicts)
    return ", ".join(f"{found[ruling]} {words}" for ruling, words in RULING_WORDS.items() if found[ruling])


def say_claims(verdicts: Sequence[ClaimVerdict]) -> str:
    """How many claims were checked, and their verdicts."""
    return f"{len(verdicts)} claim{'' if len(verdicts) == 1 else 's'}: {say_counts(verdicts) or 'none was checked'}"


_NODE = re.compile(r"\{\{function_node [^}]*\}\}")


def gist(message: str) -> str:
    """The line of an error's message that says most: the first, but for traced TensorFlow code the last.

    The name of TensorFlow's node, which stands before some messages, says nothing to a reader.
    """
    lines = [_NODE.sub("", line).strip() for line in message.splitlines()]
    lines = [line for line in lines if line] or ["no message"]
    return lines[-1] if lines[0].startswith("in user code:") or lines[0].endswith(": in user code:") else lines[0]


def seconds(value: float | None) -> str:
    """A time with three significant digits and a fitting unit."""
    if value is None:
        return "–"
    for scale, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if abs(value) >= scale:
            return f"{_digits(value / scale)} {unit}"
    return f"{_digits(value / 1e-9)} ns"


def _digits(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def memory(value: int | None) -> str:
    """A size in binary units."""
    if value is None:
        return "–"
    amount = float(value)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"


def error_size(value: float | None) -> str:
    """A relative or absolute error."""
    if value is None:
        return "–"
    if not isfinite(value) or value > 1e300:
        return "not comparable"
    return "0" if value == 0 else f"{value:.1e}"


def say_threads(asked: int | None) -> str:
    """How many threads an operation may use."""
    return "one thread" if asked == 1 else "all threads"


def names(run: Run) -> tuple[str, str]:
    """What the two arms are called."""
    if run.control:
        return f"{NAMES[run.control]}, first", f"{NAMES[run.control]}, second"
    return NAMES["pytorch"], NAMES["tensorflow"]


def interval(comparison: Comparison) -> str:
    """The 95% interval of the ratio, in words; empty when there is none."""
    if comparison.ci95 is None:
        return ""
    return f"{comparison.ci95[0]:.2f} to {comparison.ci95[1]:.2f}"


def verdict_headline(comparison: Comparison, run: Run) -> str:
    """The verdict in a few words."""
    first, second = names(run)
    return {
        "pytorch_faster": f"{first} is faster here",
        "first_faster": f"{first} is faster here",
        "tensorflow_faster": f"{second} is faster here",
        "second_faster": f"{second} is faster here",
        "no_difference": f"No difference of {comparison.delta:.0%} or more",
        "inconclusive": "Indicative only" if comparison.indicative else "Inconclusive",
        "too_noisy": "Too noisy for a result",
        "not_comparable": "No ratio",
    }[comparison.verdict]


def verdict_sentence(comparison: Comparison, run: Run) -> str:
    """The verdict of a comparison in a sentence, with its interval; never more than the figures say."""
    first, second = names(run)
    band = f" (95% interval {interval(comparison)})" if comparison.ci95 else ""
    ratio = comparison.ratio
    if comparison.verdict == "not_comparable" or ratio is None:
        return f"No ratio: {comparison.reason}."
    took = f"{second} took {ratio:.2f} times as long as {first}{band}"
    headline = verdict_headline(comparison, run)
    if comparison.indicative and comparison.verdict == "inconclusive":
        return f"{headline}: {took}. One pair of processes is not enough to name a winner."
    if comparison.reason:
        return f"{headline}: {comparison.reason}. Measured: {took}."
    return f"{headline}: {took}."


def run_sentence(run: Run) -> str:
    """The result of a run in a sentence."""
    return verdict_sentence(run.comparison, run) if run.comparison is not None else run_headline(run)


def run_headline(run: Run) -> str:
    """The result of a run in a few words."""
    if run.comparison is not None:
        return verdict_headline(run.comparison, run)
    if run.error is not None:
        return f"{REASON_WORDS[run.error.reason]}: {run.error.message.splitlines()[0]}"
    if run.status == "done" and run.probe == EVERYTHING:
        return f"{say_claims(run.verdicts)}."
    if run.status == "done":
        missing = [NAMES[result.framework] for result in run.results if result.failure]
        return f"Observed in one framework; {missing[0]} gave no result." if missing else "Observed in both frameworks."
    return {
        "queued": "Waiting in the queue.",
        "running": "Running.",
        "cancelled": "Cancelled.",
        "interrupted": "Interrupted when the service stopped.",
    }.get(run.status, "Failed.")
