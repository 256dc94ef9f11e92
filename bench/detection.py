"""Whether a difference of known size is found, and a small one is not called a winner."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import log
from statistics import fmean

from app.knowledge.models import Framework
from app.runs.models import Outcome
from bench.benchmark import Benchmark, Progress
from bench.intervals import mean_ratio
from bench.jobs import execute, one_table, run_seconds
from bench.options import Options
from bench.stored_results import Row
from bench.tables import NAMES, rate, ratio, table

TASKS: tuple[tuple[str, Framework, float], ...] = (
    ("matmul_256", "pytorch", 0.080),
    ("matmul_256", "tensorflow", 0.050),
    ("dispatch", "pytorch", 0.015),
)
"""Task, framework, and the seconds of a block: enough for hundreds of calls, so that a share of 1% exists."""
SHARES = (0.05, 0.01)
FEWER = 2 / 3
"""How many runs of +1% there are for each of +5%: the time goes where a rate is to be shown."""
USUAL_BLOCK_SECONDS, BLOCKS_A_RUN = 0.015, 100
"""At the level rigorous."""

ABOUT = """
Control runs again, but the second arm makes a share of its calls twice: a slow-down of known size. Preset *rigorous*
(five pairs of processes, seven when in doubt, a winner only beyond 2%), one thread. Blocks have hundreds of calls; the
table gives the share of calls that were really repeated. +5% should be found: the right winner is the first arm. +1%
counts as no difference and should never have a winner.
"""


class SlowRow(Row):
    """One run. `injected` is the share of repeated calls that its blocks really had; `ratio` is second over first."""

    probe: str
    framework: Framework
    share: float
    injected: float
    ratio: float | None
    ci95: tuple[float, float] | None
    verdict: str
    pairs: int
    rounds: int
    noisy_rounds: int


def _seconds(options: Options) -> float:
    if options.quick:
        return 2 * run_seconds("quick", "pytorch")
    longer = sum(seconds - USUAL_BLOCK_SECONDS for _, _, seconds in TASKS) * BLOCKS_A_RUN
    each = sum(run_seconds("rigorous", framework) for _, framework, _ in TASKS)
    return sum(runs_of(share, options) for share in SHARES) * (each + longer)


def runs_of(share: float, options: Options) -> int:
    """How many runs of each task."""
    return options.runs if share == max(SHARES) else max(1, round(FEWER * options.runs))


def _measure(options: Options, progress: Progress) -> Iterator[SlowRow]:
    tasks = TASKS[:1] if options.quick else TASKS
    fewer = {"pairs": 1, "more_pairs": 0} if options.quick else {}
    for number in range(options.runs):
        for share in [share for share in SHARES if number < runs_of(share, options)]:
            for probe, framework, seconds in tasks:
                job = one_table(probe, "rigorous", framework, share, block_seconds=seconds, **fewer)
                row = _row(probe, framework, share, execute(job))
                found = "no ratio" if row.ratio is None else f"ratio {row.ratio:.3f}"
                result = f"+{row.injected:.2%} injected, {found}, {row.verdict}"
                progress(f"run {number + 1}: {probe}, {framework}: {result}")
                yield row


def _row(probe: str, framework: Framework, share: float, outcome: Outcome) -> SlowRow:
    comparison = outcome.comparisons[0]
    second = next(result for result in outcome.results if result.place == "second")
    injected = fmean(int(block.calls * share) / block.calls for block in second.blocks) if second.blocks else 0.0
    return SlowRow(
        probe=probe,
        framework=framework,
        share=share,
        injected=injected,
        ratio=comparison.ratio,
        ci95=comparison.ci95,
        verdict=comparison.verdict,
        pairs=len(comparison.pair_log_ratios),
        rounds=comparison.rounds,
        noisy_rounds=comparison.noisy_rounds,
    )


def _show(rows: Sequence[SlowRow]) -> list[str]:
    named = ("right winner", "wrong winner", "no difference", "inconclusive", "too noisy")
    cells = []
    for share in SHARES:
        alike = [row for row in rows if row.share == share]
        cells.append(_cells(f"**+{share:.0%}**", "all", alike))
        for probe, framework, _ in TASKS:
            own = [row for row in alike if (row.probe, row.framework) == (probe, framework)]
            cells += [_cells(f"+{share:.0%}", f"`{probe}`, {NAMES[framework]}", own)] if own else []
    head = ("slow-down", "task", "runs", *named, "rate of right winners", "injected, mean", "estimated ratio, mean")
    return table(head, cells)


def _cells(share: str, task: str, rows: Sequence[SlowRow]) -> list[object]:
    verdicts = Counter(row.verdict for row in rows)
    names = ("first_faster", "second_faster", "no_difference", "inconclusive", "too_noisy")
    logs = [log(row.ratio) for row in rows if row.ratio is not None]
    estimated = ratio(*mean_ratio(logs)) if logs else "–"
    injected = f"{fmean(row.injected for row in rows):.2%}" if rows else "–"
    found = rate(verdicts["first_faster"], len(rows))
    return [share, task, len(rows), *(verdicts[name] for name in names), found, injected, estimated]


BENCHMARK = Benchmark(
    "detection", "Detection of a slow-down of known size", ABOUT, SlowRow, ("runs",), _seconds, _measure, _show
)
