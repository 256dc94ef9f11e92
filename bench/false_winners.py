"""How often identical code gets a winner: control runs through the public interface."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import log
from statistics import median

from app.knowledge.models import FRAMEWORKS, Framework
from bench.benchmark import Benchmark, Progress
from bench.jobs import run_seconds
from bench.options import Options
from bench.service import ended, service, submit
from bench.stored_results import Row
from bench.tables import NAMES, rate, table

TASKS = ("matmul_256", "softmax", "layer_norm", "dispatch", "mlp_train")
TASKS_A_SUITE = 2

FALSE = ("first_faster", "second_faster")
NO_WINNER = ("no_difference", "inconclusive", "too_noisy")

ABOUT = f"""
Both arms run the same framework, so every winner is false. The runs use the public API of a real service, with
`"control"`. A suite has {TASKS_A_SUITE} of {", ".join(f"`{t}`" for t in TASKS)}, in turn; suites alternate between the
frameworks. The rate is the share of comparisons with a winner among all comparisons with a ratio, with the interval of
Clopper and Pearson. A ratio is the second arm's time over the first's.
"""


class ControlRow(Row):
    """One comparison of a control run. `threads`: None for all. `ratio`: second over first."""

    suite: int
    framework: Framework
    probe: str
    variant: str
    threads: int | None
    verdict: str
    ratio: float | None
    ci95: tuple[float, float] | None
    rounds: int
    noisy_rounds: int


def suite_of(number: int) -> tuple[Framework, tuple[str, ...]]:
    """The framework and the tasks of a suite: after ten, each framework has had each task equally often."""
    start = number * TASKS_A_SUITE
    return FRAMEWORKS[number % 2], tuple(TASKS[(start + k) % len(TASKS)] for k in range(TASKS_A_SUITE))


def _seconds(options: Options) -> float:
    tables = 1 if options.quick else 2
    suites = (suite_of(number) for number in range(options.suites))
    return sum(len(tasks) * run_seconds(options.preset, framework, tables) for framework, tasks in suites)


def _measure(options: Options, progress: Progress) -> Iterator[ControlRow]:
    with service() as client:
        for number in range(options.suites):
            framework, tasks = suite_of(number)
            for probe in tasks:
                body = {"probe": probe, "preset": options.preset, "control": framework}
                run = ended(client, submit(client, body))
                if run["status"] != "done":
                    progress(f"suite {number + 1}: {probe}, {framework}: {run['status']}: {run['error']}")
                for comparison in run["comparisons"]:
                    row = _row(number, framework, probe, comparison)
                    found = "no ratio" if row.ratio is None else f"ratio {row.ratio:.3f}"
                    progress(
                        f"suite {number + 1}: {probe}, {framework}, {row.threads or 'all'}: {found}, {row.verdict}"
                    )
                    yield row


def _row(suite: int, framework: Framework, probe: str, comparison: dict[str, object]) -> ControlRow:
    taken = {name: comparison[name] for name in ("variant", "verdict", "ratio", "ci95", "rounds", "noisy_rounds")}
    threads = comparison["threads_asked"]
    return ControlRow.model_validate(
        {"suite": suite, "framework": framework, "probe": probe, "threads": threads, **taken}
    )


def _show(rows: Sequence[ControlRow]) -> list[str]:
    groups = [("one thread", [r for r in rows if r.threads == 1]), ("all threads", [r for r in rows if r.threads != 1])]
    split = [
        (f"{name}, {NAMES[framework]}", [r for r in group if r.framework == framework])
        for name, group in groups
        for framework in FRAMEWORKS
    ]
    cells = [_cells(name, group) for name, group in [*groups, *split] if group]
    head = ("", "comparisons", "false winners", "rate", *(verdict.replace("_", " ") for verdict in NO_WINNER))
    return table((*head, "no ratio", "median distance from 1", "ratios from – to"), cells)


def _cells(name: str, rows: Sequence[ControlRow]) -> list[object]:
    verdicts = Counter(row.verdict for row in rows)
    ratios = [row.ratio for row in rows if row.ratio is not None]
    false = sum(verdicts[verdict] for verdict in FALSE)
    spread = ["–", "–"]
    if ratios:
        distance = median(abs(log(value)) for value in ratios)
        spread = [f"{distance:.2%}", f"{min(ratios):.3f} – {max(ratios):.3f}"]
    others = [verdicts[verdict] for verdict in NO_WINNER]
    return [name, len(rows), false, rate(false, len(ratios)), *others, len(rows) - len(ratios), *spread]


BENCHMARK = Benchmark(
    "false_winners",
    "False winners for identical code",
    ABOUT,
    ControlRow,
    ("suites", "preset"),
    _seconds,
    _measure,
    _show,
)
