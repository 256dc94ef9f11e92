"""docs/benchmarks.md, written as a whole from the stored results."""

from pathlib import Path
from textwrap import fill
from typing import Any

from bench.gpu import GPU_TITLE, gpu_lines
from bench.part import Part
from bench.parts import PARTS
from bench.storing import Result, read

REPORT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"

HEAD = """# Benchmarks of the measuring itself

How far a verdict of Tiebreak can be trusted: whether other tools see the same times, how often identical code gets a
winner, whether a real difference is found, what busy neighbours do to a verdict, how the pages answer while a probe
runs, how much the service takes, and whether it stays as small as it was. `make bench` measures all of it in about 40
minutes on a machine where nothing else runs, and writes this page; `python -m bench --help` lists the parts, each of
which runs alone, and `make load` and `make soak` are the last two. These fail where a limit that they name is passed.

Everything is a ratio or a rate, with its 95% interval: a time in seconds would say something of one machine only. The
raw results are in `bench/results/`, one file a part, and this page is made from them alone. Each part says when and
where it was taken; the load is the mean number of tasks that ran or waited in the minute before and at the end."""

MISSING = "This part has not been run."


def write_report(results: Path, page: Path) -> None:
    page.write_text(report(results), "utf-8")


def report(results: Path) -> str:
    """The whole page from the results in a folder."""
    sections = [HEAD, *(_section(part, read(results, part.name)) for part in PARTS.values())]
    return "\n\n".join([*sections, f"## {GPU_TITLE}\n\n" + "\n".join(gpu_lines(read(results, "gpu")))]) + "\n"


def _section(part: Part[Any], result: Result | None) -> str:
    about = fill(" ".join(part.about.split()), 120, break_on_hyphens=False, break_long_words=False)
    head = f"## {part.title}\n\n{about}\n\n"
    if result is None:
        return head + MISSING
    settings = "".join(f"; {name} {value}" for name, value in result.settings.items())
    taken = f"Taken: {result.conditions.in_words()}; {result.conditions.minutes} minutes{settings}."
    return head + "\n".join(part.lines(result.rows)) + f"\n\n{taken}"
