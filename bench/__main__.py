"""Runs benchmarks in turn, stores their results, and writes the report."""

import tempfile
from pathlib import Path

import click

from bench.benchmark import BenchFailed, Benchmark
from bench.conditions import conditions_now
from bench.options import Options
from bench.registry import BENCHMARKS
from bench.report import REPORT, write_report
from bench.stored_results import RESULTS, Result, Row, store


@click.command(context_settings={"max_content_width": 120})
@click.argument("benchmarks", nargs=-1, type=click.Choice(list(BENCHMARKS)))
@click.option(
    "--quick", is_flag=True, help="Only check that the code works, in as little time as possible; store nothing."
)
@click.option("--store/--no-store", "stores", default=True, help="Whether to write the results and the report.")
@click.option("--report", is_flag=True, help="Measure nothing: write the report again from the stored results.")
@click.option("--repetitions", default=4, show_default=True, type=click.IntRange(1), help="Of `agreement`.")
@click.option("--suites", default=10, show_default=True, type=click.IntRange(1), help="Of `false_winners`.")
@click.option(
    "--preset",
    default="standard",
    show_default=True,
    type=click.Choice(["standard", "rigorous"]),
    help="Of `false_winners`.",
)
@click.option(
    "--runs", default=3, show_default=True, type=click.IntRange(1), help="Of each task with +5%, in `detection`."
)
def main(
    benchmarks: tuple[str, ...],
    quick: bool,
    stores: bool,
    report: bool,
    repetitions: int,
    suites: int,
    preset: str,
    runs: int,
) -> None:
    """Run BENCHMARKS, or all of them if none is named. The others keep their previous results."""
    if report:
        write_report(RESULTS, REPORT)
        return
    options = Options.of(quick, repetitions, suites, preset, runs)
    chosen = [one for name, one in BENCHMARKS.items() if not benchmarks or name in benchmarks]
    minutes = sum(one.seconds(options) for one in chosen) / 60
    click.echo(f"{', '.join(one.name for one in chosen)}: about {minutes:.0f} minutes if nothing else runs here")
    with tempfile.TemporaryDirectory(prefix="tiebreak-bench-") as folder:
        kept = stores and not quick
        results, page = (RESULTS, REPORT) if kept else (Path(folder) / "results", Path(folder) / "benchmarks.md")
        failed = [one.name for one in chosen if not _succeeds(one, options, results, page)]
        if not kept:
            click.echo("\n" + page.read_text("utf-8") + "\nNothing was stored.")
    if failed:
        raise click.ClickException(f"failed: {', '.join(failed)}")


def _succeeds(benchmark: Benchmark[Row], options: Options, results: Path, page: Path) -> bool:
    """Run a benchmark and write the report. A failure is printed, so that the other benchmarks still run."""
    try:
        _run(benchmark, options, results)
    except BenchFailed as failure:
        click.echo(f"  failed: {failure}", err=True)
        return False
    finally:
        write_report(results, page)
    return True


def _run(benchmark: Benchmark[Row], options: Options, results: Path) -> None:
    """Run a benchmark from beginning to end, and store its result."""
    before = conditions_now()
    click.echo(f"\n{benchmark.title}: about {benchmark.seconds(options) / 60:.1f} minutes")
    click.echo("  " + before.in_words())
    rows = tuple(benchmark.measure(options, lambda text: click.echo("  " + text)))
    conditions = before.ended()
    settings = {name: getattr(options, name) for name in benchmark.settings}
    stored = tuple(row.model_dump(mode="json") for row in rows)
    store(results, Result(benchmark=benchmark.name, conditions=conditions, settings=settings, rows=stored))
    click.echo(f"  took {conditions.minutes:.1f} minutes; load {conditions.load_after}")
    if fault := benchmark.fault(rows):
        raise BenchFailed(fault)


if __name__ == "__main__":
    main()
