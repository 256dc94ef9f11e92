"""What a part of the benchmarks is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bench.options import Options
from bench.storing import Row

R = TypeVar("R", bound=Row)

Say = Callable[[str], None]


class BenchFailed(Exception):
    """A part cannot be measured here; says why."""


@dataclass(frozen=True)
class Part(Generic[R]):
    """One question, how it is measured, and how the answer is shown.

    Attributes:
        about: what is compared and how, for the report.
        row: the model of a stored row.
        settings: the options that matter to this part.
        seconds: how long it takes on a quiet machine, estimated.
        measure: measures, says how it goes, and yields rows.
        show: the report's lines from all rows.
        fault: what in the rows must not be, if anything; it is said once they are stored.
    """

    name: str
    title: str
    about: str
    row: type[R]
    settings: tuple[str, ...]
    seconds: Callable[[Options], float]
    measure: Callable[[Options, Say], Iterator[R]]
    show: Callable[[Sequence[R]], list[str]]
    fault: Callable[[Sequence[R]], str | None] = lambda _: None

    def lines(self, rows: Sequence[dict[str, Any]]) -> list[str]:
        """The report's lines from stored rows."""
        return self.show([self.row.model_validate(row) for row in rows])
