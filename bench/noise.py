"""What busy neighbours do to a verdict."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from app.runs.models import Comparison, Preset
from bench.benchmark import Benchmark, Progress
from bench.jobs import execute, one_table, run_seconds
from bench.options import Options
from bench.stored_results import Row
from bench.tables import ratio, table

TASKS = ("matmul_256", "softmax")
LEVELS: tuple[Preset, ...] = ("quick", "standard")
NEIGHBOURS = (0, 1, 2)
SLOWER = (1.0, 1.3, 2.4)
"""How much longer a run takes with that many neighbours: rounds are repeated, and starting takes longer."""

WINNERS = ("pytorch_faster", "tensorflow_faster")
DOUBTFUL = ("too_noisy", "inconclusive")
OUTCOMES = ("same as when quiet", "withheld", "different, not reversed", "reversed")

BURN = "import os, sys\nwhile os.getppid() == int(sys.argv[1]):\n    for _ in range(10**6): pass"
"""Keeps a core busy for as long as its parent lives."""

ABOUT = """
PyTorch against TensorFlow with one thread: first while nothing else runs, then beside one and two busy processes, each
of which keeps one core busy and is not tied to any. A disturbed verdict should be the same as the quiet one, or be
withheld (*too noisy*, *inconclusive*). It must never be the opposite, and should have no winner that the quiet one did
not have. A ratio is TensorFlow's time over PyTorch's. A quick run never names a winner.
"""


class NoiseRow(Row):
    """One run beside that many busy processes."""

    probe: str
    preset: Preset
    neighbours: int
    verdict: str
    ratio: float | None
    ci95: tuple[float, float] | None
    rounds: int
    noisy_rounds: int


def _plan(options: Options) -> list[tuple[Preset, str, int]]:
    """Level, task and number of neighbours of each run; the quiet one of each comes first."""
    if options.quick:
        return [("quick", TASKS[0], 0), ("quick", TASKS[0], 1)]
    return [(level, probe, count) for level in LEVELS for probe in TASKS for count in NEIGHBOURS]


def _seconds(options: Options) -> float:
    return sum(run_seconds(level, None) * SLOWER[count] for level, _, count in _plan(options))


def _measure(options: Options, progress: Progress) -> Iterator[NoiseRow]:
    for level, probe, count in _plan(options):
        with busy_neighbours(count):
            comparison = execute(one_table(probe, level)).comparisons[0]
        row = _row(probe, level, count, comparison)
        found = "no ratio" if row.ratio is None else f"ratio {row.ratio:.3f}"
        progress(f"{level}, {probe}, beside {count}: {found}, {row.verdict}; {row.noisy_rounds} of {row.rounds} noisy")
        yield row


@contextmanager
def busy_neighbours(count: int) -> Iterator[None]:
    """Processes that each keep a core busy until the block ends."""
    command = [sys.executable, "-c", BURN, str(os.getpid())]
    burning = [subprocess.Popen(command) for _ in range(count)]
    try:
        yield
    finally:
        for process in burning:
            process.kill()
            process.wait()


def _row(probe: str, preset: Preset, neighbours: int, comparison: Comparison) -> NoiseRow:
    return NoiseRow(
        probe=probe,
        preset=preset,
        neighbours=neighbours,
        verdict=comparison.verdict,
        ratio=comparison.ratio,
        ci95=comparison.ci95,
        rounds=comparison.rounds,
        noisy_rounds=comparison.noisy_rounds,
    )


def effect(quiet: str, disturbed: str) -> str:
    """What the neighbours did to a verdict, in one of the words of OUTCOMES."""
    if disturbed in DOUBTFUL:
        return "withheld"
    if disturbed == quiet:
        return "same as when quiet"
    return "reversed" if {quiet, disturbed} == set(WINNERS) else "different, not reversed"


def _show(rows: Sequence[NoiseRow]) -> list[str]:
    quiet = {(row.probe, row.preset): row.verdict for row in rows if row.neighbours == 0}
    cells, effects = [], Counter[str]()
    for row in rows:
        what = "–" if row.neighbours == 0 else effect(quiet[row.probe, row.preset], row.verdict)
        effects[what] += row.neighbours > 0
        value = "–" if row.ratio is None else ratio(row.ratio, row.ci95)
        noisy = f"{row.noisy_rounds} of {row.rounds}"
        verdict = row.verdict.replace("_", " ")
        cells.append((f"`{row.probe}`", row.preset, row.neighbours, value, noisy, verdict, what))
    counts = ", ".join(f"{name}: {effects[name]}" for name in OUTCOMES)
    head = ("task", "preset", "neighbours", "ratio", "disturbed rounds", "verdict", "compared with quiet")
    return [f"Of {effects.total()} disturbed verdicts, {counts}.", "", *table(head, cells)]


BENCHMARK = Benchmark("noise", "Busy neighbours", ABOUT, NoiseRow, (), _seconds, _measure, _show)
