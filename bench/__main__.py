"""Runs parts in turn, stores what they gave, and writes the report."""

import tempfile
from pathlib import Path

import click

from bench.conditions import conditions_now
from bench.options import Options
from bench.part import BenchFailed, Part
from bench.parts import PARTS
from bench.report import REPORT, write_report
from bench.storing import RESULTS, Result, Row, store


@click.command(context_settings={"max_content_width": 120})
@click.argument("parts", nargs=-1, type=click.Choice(list(PARTS)))
@click.option("--quick", is_flag=True, help="Try that the code works, with as little as possible; stores nothing.")
@click.option("--store/--no-store", "stores", default=True, help="Whether results and report are written.")
@click.option("--report", is_flag=True, help="Measure nothing: write the report anew from the stored results.")
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
    parts: tuple[str, ...],
    quick: bool,
    stores: bool,
    report: bool,
    repetitions: int,
    suites: int,
    preset: str,
    runs: int,
) -> None:
    """Measure PARTS, all of them when none is named. What is not measured keeps its previous results."""
    if report:
        write_report(RESULTS, REPORT)
        return
    options = Options.of(quick, repetitions, suites, preset, runs)
    wanted = [part for name, part in PARTS.items() if not parts or name in parts]
    minutes = sum(part.seconds(options) for part in wanted) / 60
    click.echo(f"{', '.join(part.name for part in wanted)}: about {minutes:.0f} minutes when nothing else runs here")
    with tempfile.TemporaryDirectory(prefix="tiebreak-bench-") as folder:
        kept = stores and not quick
        results, page = (RESULTS, REPORT) if kept else (Path(folder) / "results", Path(folder) / "benchmarks.md")
        failed = [part.name for part in wanted if not _measured(part, options, results, page)]
        if not kept:
            click.echo("\n" + page.read_text("utf-8") + "\nNothing was stored.")
    if failed:
        raise click.ClickException(f"not measured: {', '.join(failed)}")


def _measured(part: Part[Row], options: Options, results: Path, page: Path) -> bool:
    """Measure one part and write the report; a part that cannot be measured says so, and leaves the others theirs."""
    try:
        _measure(part, options, results)
    except BenchFailed as failure:
        click.echo(f"  failed: {failure}", err=True)
        return False
    finally:
        write_report(results, page)
    return True


def _measure(part: Part[Row], options: Options, results: Path) -> None:
    """Measure one part from beginning to end, and store it."""
    before = conditions_now()
    click.echo(f"\n{part.title}: about {part.seconds(options) / 60:.1f} minutes")
    click.echo("  " + before.in_words())
    rows = tuple(part.measure(options, lambda text: click.echo("  " + text)))
    conditions = before.ended()
    settings = {name: getattr(options, name) for name in part.settings}
    store(results, Result(part=part.name, conditions=conditions, settings=settings, rows=_plain(rows)))
    click.echo(f"  took {conditions.minutes:.1f} minutes; load {conditions.load_after}")
    if fault := part.fault(rows):
        raise BenchFailed(fault)


def _plain(rows: tuple[Row, ...]) -> tuple[dict[str, object], ...]:
    return tuple(row.model_dump(mode="json") for row in rows)


if __name__ == "__main__":
    main()
