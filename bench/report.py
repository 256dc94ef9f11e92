"""Writes docs/benchmarks.md from the stored results."""

from pathlib import Path
from textwrap import fill
from typing import Any

from bench.benchmark import Benchmark
from bench.gpu import GPU_TITLE, gpu_lines
from bench.registry import BENCHMARKS
from bench.stored_results import Result, read

REPORT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"

HEAD = """# How reliable the measurements are

This page answers: do other tools measure the same times? How often does identical code get a winner? Is a real
difference found? How do busy neighbours change a verdict? How fast are the pages while a probe runs? How much load does
the service take, and does it keep its size? `make bench` measures everything in about 40 minutes on a machine where
nothing else runs, and writes this page. `python -m bench --help` lists the benchmarks, each of which can run alone;
`make load` and `make soak` are two of them and fail if a limit is exceeded.

All results are ratios or rates with a 95% interval, since a time in seconds is true for one machine only. The raw
results are in `bench/results/`, one file for each benchmark; this page is made from them alone. Each section states
when and where it was measured. Its load is the mean number of tasks that ran or waited, in the minute before and at
the end."""

MISSING = "This was not measured."


def write_report(results: Path, page: Path) -> None:
    page.write_text(report(results), "utf-8")


def report(results: Path) -> str:
    """The whole page from the results in a folder."""
    sections = [HEAD, *(_section(benchmark, read(results, benchmark.name)) for benchmark in BENCHMARKS.values())]
    return "\n\n".join([*sections, f"## {GPU_TITLE}\n\n" + "\n".join(gpu_lines(read(results, "gpu")))]) + "\n"


def _section(benchmark: Benchmark[Any], result: Result | None) -> str:
    about = fill(" ".join(benchmark.about.split()), 120, break_on_hyphens=False, break_long_words=False)
    head = f"## {benchmark.title}\n\n{about}\n\n"
    if result is None:
        return head + MISSING
    settings = "".join(f"; {name} {value}" for name, value in result.settings.items())
    taken = f"Measured: {result.conditions.in_words()}; {result.conditions.minutes} minutes{settings}."
    return head + "\n".join(benchmark.lines(result.rows)) + f"\n\n{taken}"
