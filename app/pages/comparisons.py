"""A comparison of two halves, as the page of a run shows it: plot, table of figures, equivalence and timed blocks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.knowledge.models import NAMES
from app.pages.grammar import capitalised, counted
from app.pages.observations import entries_of
from app.pages.plots import Plot, sample_plot
from app.runs.models import Block, Comparison, Equivalence, Result, Run
from app.runs.run_wording import error_size, memory, names, say_threads, seconds, verdict_sentence

NOTHING = "–"


@dataclass(frozen=True)
class ComparisonView:
    """A comparison with everything that belongs to it.

    Attributes:
        labels: what the two halves are called; `columns` are the same with their versions.
        figures: (what it is, one value for each half).
        equivalence: (whether both computed the same, by how much they differ).
        observed: (framework, its entries) of each half that observed something besides its times.
        blocks: (half, its numbers, its noise) of every timed block.
    """

    title: str
    sentence: str
    labels: tuple[str, str]
    columns: Sequence[str]
    plot: Plot | None
    figures: Sequence[tuple[str, Sequence[str]]]
    equivalence: tuple[str, str]
    rounds: str
    observed: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    blocks: Sequence[tuple[str, Sequence[str], str]]


def comparison_view(run: Run, comparison: Comparison) -> ComparisonView:
    """One comparison of a run with the results that it compares."""
    results = [result for result in run.results if result.key == comparison.key]
    labels = names(run)
    css = [result.framework if not run.control else ("pytorch", "tensorflow")[i] for i, result in enumerate(results)]
    named = list(zip(labels, results, strict=False))
    return ComparisonView(
        title=_title(comparison),
        sentence=verdict_sentence(comparison, run),
        labels=labels,
        columns=[f"{label} {result.version or ''}" for label, result in named],
        plot=sample_plot(results, labels, css),
        figures=list(_figures(results)),
        equivalence=_equivalence(comparison.equivalence),
        rounds=_rounds(comparison),
        observed=[(NAMES[r.framework], entries_of(r.observation)) for r in results if r.observation],
        blocks=[_block(label, block) for label, result in named for block in result.blocks],
    )


def _title(comparison: Comparison) -> str:
    cache = "cold cache" if comparison.cache == "cold" else ""
    return capitalised(", ".join(p for p in (comparison.variant, say_threads(comparison.threads_asked), cache) if p))


def _rounds(comparison: Comparison) -> str:
    disturbed = comparison.noisy_rounds or "none"
    return f"{counted(comparison.rounds, 'round')}, {disturbed} of them still disturbed after a repetition."


def _equivalence(same: Equivalence) -> tuple[str, str]:
    if not same.checked:
        return "Not compared:", f"{same.reason}."
    verdict = "Both computed the same:" if same.passed else "They did not compute the same:"
    return verdict, f"{'; '.join(_errors(same))}."


def _errors(same: Equivalence) -> Iterator[str]:
    if same.relative_error is not None:
        yield f"relative difference {error_size(same.relative_error)}"
        yield f"largest difference of one number {error_size(same.max_abs_error)}"
    for framework, error in same.against_reference.items():
        yield f"{NAMES[framework]} differs from the float64 reference by {error_size(error)}"
    yield f"{error_size(same.tolerance)} is allowed"


def _figures(results: Sequence[Result]) -> Iterator[tuple[str, list[str]]]:
    """The rows of the table; those that no half has a value for are left out."""
    for label, value in FIGURES:
        values = [value(result) for result in results]
        if any(values):
            yield label, [text or NOTHING for text in values]


def _interval(result: Result) -> str:
    return " to ".join(seconds(edge) for edge in result.ci95_s) if result.ci95_s else "too few samples"


def _rate(result: Result) -> str:
    return f"{result.gflops:.1f} GF/s" if result.gflops else ""


def _tails(result: Result) -> str:
    tails = result.tails
    return ", ".join(seconds(one) for one in (tails.p50_s, tails.p95_s, tails.p99_s)) if tails else ""


def _threads(result: Result) -> str:
    used = NOTHING if result.cores_used is None else f"{result.cores_used:.2f}"
    return f"{NOTHING if result.threads is None else result.threads}, {used}"


def _device_memory(result: Result) -> str:
    return memory(result.peak_device_bytes) if result.peak_device_bytes else ""


def _cold(result: Result) -> str:
    cold = result.cold
    return ", ".join(map(seconds, (cold.start_s, cold.import_s, cold.build_s, cold.first_call_s))) if cold else ""


def _warmup(result: Result) -> str:
    warmup = result.warmup
    if warmup is None:
        return ""
    return f"{counted(warmup.calls, 'call')}, {seconds(warmup.seconds)}{'' if warmup.steady else ', not steady'}"


FIGURES: Sequence[tuple[str, Callable[[Result], str]]] = (
    ("Median time of one call", lambda result: seconds(result.median_s)),
    ("95% interval of the median", _interval),
    ("Interquartile range", lambda result: seconds(result.iqr_s)),
    ("Floating-point operations", _rate),
    ("Single calls: p50, p95, p99", _tails),
    ("Threads allowed, cores used", _threads),
    ("Peak memory of the process", lambda result: memory(result.peak_rss_bytes)),
    ("Peak memory on the device", _device_memory),
    ("Cold: start, import, build, first calls", _cold),
    ("Warm-up", _warmup),
)


def _block(label: str, block: Block) -> tuple[str, list[str], str]:
    numbers = [
        str(block.pair + 1),
        f"{block.round + 1}{'' if block.attempt == 1 else ', repeated'}",
        str(block.position + 1),
        str(block.calls),
        seconds(block.wall_s / block.calls),
        f"{block.cpu_s / block.wall_s:.2f}",
    ]
    return label, numbers, f"{'; '.join(block.noise)}{'' if block.counted else ' (not counted)'}"
