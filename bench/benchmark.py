"""What a benchmark is made of."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bench.options import Options
from bench.stored_results import Row

R = TypeVar("R", bound=Row)

Progress = Callable[[str], None]


class BenchFailed(Exception):
    """A benchmark cannot be measured here, or found a fault; says why."""


@dataclass(frozen=True)
class Benchmark(Generic[R]):
    """One question about the measurements, how it is answered, and how the report shows the answer.

    Attributes:
        about: what is compared and how, for the report.
        row: the model of a stored row.
        settings: the names of the options that apply.
        seconds: an estimate of how long it takes on a quiet machine.
        measure: yields rows, and reports its progress.
        show: makes the report's lines from all rows.
        fault: the limit that the rows exceed, if any; the command then fails, after storing them.
    """

    name: str
    title: str
    about: str
    row: type[R]
    settings: tuple[str, ...]
    seconds: Callable[[Options], float]
    measure: Callable[[Options, Progress], Iterator[R]]
    show: Callable[[Sequence[R]], list[str]]
    fault: Callable[[Sequence[R]], str | None] = lambda _: None

    def lines(self, rows: Sequence[dict[str, Any]]) -> list[str]:
        """The report's lines, from stored rows."""
        return self.show([self.row.model_validate(row) for row in rows])
