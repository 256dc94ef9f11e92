"""The benchmark `agreement`: our medians beside those of two other tools."""

from collections.abc import Iterator, Sequence
from math import log

from app.knowledge.models import FRAMEWORKS, Framework
from bench.agreement.tools import TOOLS
from bench.benchmark import Benchmark, Progress
from bench.intervals import mean_ratio
from bench.options import Options
from bench.stored_results import Row
from bench.tables import NAMES, ratio, table, within

TASKS = ("matmul_256", "mlp_train")
OURS = "tiebreak"
CLOSE = 0.05
SECONDS = {"tiebreak": 4.5, "torch.utils.benchmark": 3.0, "pyperf": 6.5}
"""What one measurement takes; TensorFlow's start is about a second slower a process."""
SLOWER_START = {"tiebreak": 2.0, "pyperf": 3.0}

ABOUT = """
The same step with the same inputs, built by the same code, in fresh processes with one thread on the same core, timed
by three tools: by a run of Tiebreak (one pair of processes of a control run), by `blocked_autorange` of
`torch.utils.benchmark` (only PyTorch's half, since a process has one framework), and by pyperf with two processes of
its own. The tools take turns; each repetition starts with another tool. A ratio is our median over the other tool's:
the geometric mean over the repetitions, with a t interval. The aim is 5%.
"""


class ToolRow(Row):
    """One tool's measurement of one half. `disturbed`: rounds that the noise gate flagged twice, where there is one."""

    probe: str
    framework: Framework
    repetition: int
    tool: str
    median_s: float
    samples: int
    disturbed: int | None


def tools_for(framework: Framework) -> list[str]:
    return [name for name in TOOLS if framework == "pytorch" or name != "torch.utils.benchmark"]


def _seconds(options: Options) -> float:
    each = [
        SECONDS[tool] + SLOWER_START.get(tool, 0) * (f == "tensorflow") for f in FRAMEWORKS for tool in tools_for(f)
    ]
    return options.repetitions * len(_tasks(options)) * sum(each)


def _tasks(options: Options) -> Sequence[str]:
    return TASKS[:1] if options.quick else TASKS


def _measure(options: Options, progress: Progress) -> Iterator[ToolRow]:
    for repetition in range(options.repetitions):
        for probe in _tasks(options):
            for framework in FRAMEWORKS:
                rows = list(_round(repetition, probe, framework))
                progress(f"repetition {repetition + 1}: {probe}, {framework}: {_in_words(rows)}")
                yield from rows


def _round(repetition: int, probe: str, framework: Framework) -> Iterator[ToolRow]:
    """Each tool once; another one begins at each repetition."""
    tools = tools_for(framework)
    first = repetition % len(tools)
    for tool in tools[first:] + tools[:first]:
        measured = TOOLS[tool](probe, framework)
        yield ToolRow(
            probe=probe,
            framework=framework,
            repetition=repetition,
            tool=tool,
            median_s=measured.median_s,
            samples=measured.samples,
            disturbed=measured.disturbed,
        )


def _in_words(rows: Sequence[ToolRow]) -> str:
    ours = next(row.median_s for row in rows if row.tool == OURS)
    return ", ".join(f"{ours / row.median_s:.3f} of {row.tool}" for row in rows if row.tool != OURS)


def _show(rows: Sequence[ToolRow]) -> list[str]:
    halves = dict.fromkeys((row.probe, row.framework) for row in rows)
    cells = [_cells(rows, *half, tool) for half in halves for tool in tools_for(half[1]) if tool != OURS]
    return table(("task", "half", "other tool", "repetitions", "ours over the other's", "within 5%"), cells)


def _cells(rows: Sequence[ToolRow], probe: str, framework: Framework, tool: str) -> list[object]:
    medians = {(r.repetition, r.tool): r.median_s for r in rows if (r.probe, r.framework) == (probe, framework)}
    repetitions = sorted({repetition for repetition, _ in medians})
    logs = [log(medians[number, OURS] / medians[number, tool]) for number in repetitions]
    value, interval = mean_ratio(logs)
    answer = within(interval, CLOSE)
    return [f"`{probe}`", NAMES[framework], tool, len(logs), ratio(value, interval), answer]


BENCHMARK = Benchmark(
    "agreement", "Agreement with other tools", ABOUT, ToolRow, ("repetitions",), _seconds, _measure, _show
)
