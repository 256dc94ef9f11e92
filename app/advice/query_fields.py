"""The fields of an advice query that arrive as text, each read on its own."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar, get_args

from app.advice.model.priorities import Priorities, parse_priorities
from app.advice.preferences import DEFAULT_POLICY, DEFAULT_SEARCH, FlipSearch
from app.advice.robustness.acceptability import Uncertainty
from app.errors import FieldProblem, InvalidFields, shortened
from app.knowledge.base import Knowledge
from app.knowledge.models import PRECEDENTS, PolicyId

T = TypeVar("T")

Pairs = Sequence[tuple[str, str]]
"""A query string as (key, value) in order; a repeated key is a second choice."""

Revision = int | None
"""The number of the verdict up to which this server's verdicts count; 0 for none, None for the newest."""

PRIORITY = "weight."
"""The key of a priority starts with it: `weight.continuity=2`."""

WEIGHT = "weight "
"""The same on the command line, without the dashes: `--weight continuity=2`."""

CERTAIN, UNCERTAIN = "certain", ("weights", "evidence")
"""`certain=weights` takes the weights as certain; `UNCERTAIN` are its values."""

HERE, SHIPPED = "here", "shipped"
"""Words for a revision: the newest, and none of this server's verdicts."""

MOST_DIGITS = 18

LEAVE_OUT, KEEP = "no", "yes"
"""`precedents=no` leaves out what other projects decided: a priority of 0 for their criterion."""

BESIDES_ANSWERS = ("policy", "verdicts", "rules", "on", "precedents", "flips", CERTAIN)
"""Keys that are not questions, besides those of priorities."""


class Problems:
    """Collects the problems of all fields, so that a caller learns of all of them at once."""

    def __init__(self) -> None:
        self._found: list[FieldProblem] = []

    @property
    def fields(self) -> set[str]:
        return {problem.field for problem in self._found}

    def of(self, read: Callable[[], T], otherwise: T) -> T:
        """What `read` returns, or `otherwise` when it raises InvalidFields."""
        try:
            return read()
        except InvalidFields as error:
            self._found += error.problems
            return otherwise

    def raise_any(self) -> None:
        if self._found:
            raise InvalidFields(self._found)


@dataclass(frozen=True)
class MadeWith:
    """The version of the rules and the day that a kept link was made with; None where the link names none."""

    rules: str | None = None
    on: date | None = None

    def pairs(self) -> Iterator[tuple[str, str]]:
        if self.rules is not None:
            yield "rules", self.rules
        if self.on is not None:
            yield "on", self.on.isoformat()


UNDATED = MadeWith()


@dataclass(frozen=True)
class QueryFields:
    """The values of a query string by key. Each method raises InvalidFields for values that it cannot use."""

    values: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, pairs: Pairs) -> "QueryFields":
        values: dict[str, list[str]] = defaultdict(list)
        for key, value in pairs:
            values[key].append(value)
        return cls(values)

    def answers(self) -> dict[str, Sequence[str]]:
        """Every key that may be a question's, with all its values."""
        return {
            key: values
            for key, values in self.values.items()
            if key not in BESIDES_ANSWERS and not key.startswith(PRIORITY)
        }

    def policy(self) -> PolicyId:
        known: tuple[PolicyId, ...] = get_args(PolicyId)
        return self._word("policy", known, DEFAULT_POLICY, "is not a policy")

    def flips(self) -> FlipSearch:
        known: tuple[FlipSearch, ...] = get_args(FlipSearch)
        return self._word("flips", known, DEFAULT_SEARCH, "is neither")

    def priorities(self, knowledge: Knowledge) -> Priorities:
        weights = [key for key in self.values if key.startswith(PRIORITY)]
        given = [(key.removeprefix(PRIORITY), value) for key in weights for value in self.values[key] if value]
        word = self._word("precedents", (KEEP, LEAVE_OUT), KEEP, "is neither")
        return counting_precedents(knowledge, read_priorities(knowledge, given, PRIORITY), word == KEEP)

    def uncertain(self) -> Uncertainty:
        certain = [value for value in self.values.get(CERTAIN, ()) if value]
        if unknown := [value for value in certain if value not in UNCERTAIN]:
            problem = f"'{shortened(unknown[0])}' cannot be taken as certain"
            raise InvalidFields([FieldProblem(CERTAIN, problem, UNCERTAIN)])
        return Uncertainty(*(name not in certain for name in UNCERTAIN))

    def revision(self) -> Revision:
        return read_revision(self._one("verdicts", (HERE, SHIPPED)) or HERE)

    def made_with(self) -> MadeWith:
        problems = Problems()
        rules = problems.of(lambda: _version(self._one("rules")), None)
        on = problems.of(lambda: _day(self._one("on")), None)
        problems.raise_any()
        return MadeWith(rules, on)

    def _word(self, key: str, known: tuple[T, ...], otherwise: T, problem: str) -> T:
        """One of the known words; `otherwise` where none is given."""
        words = tuple(map(str, known))
        given = self._one(key, words) or str(otherwise)
        if given not in words:
            raise InvalidFields([FieldProblem(key, f"'{shortened(given)}' {problem}", words)])
        return known[words.index(given)]

    def _one(self, key: str, allowed: tuple[str, ...] = ()) -> str | None:
        given = [value for value in self.values.get(key, ()) if value]
        if len(given) > 1:
            raise InvalidFields([FieldProblem(key, "is given more than once", allowed)])
        return given[0] if given else None


def counting_precedents(knowledge: Knowledge, priorities: Priorities, count: bool) -> Priorities:
    """The priorities, with a factor of 0 for the criterion of precedents where they are not to count."""
    if count or PRECEDENTS not in knowledge.criteria:
        return priorities
    return parse_priorities(knowledge, {**dict(priorities.factors), PRECEDENTS: 0})


def read_priorities(knowledge: Knowledge, given: Sequence[tuple[str, str | None]], prefix: str) -> Priorities:
    """Priorities from (criterion, factor). The names of problems start with `prefix`.

    Raises:
        InvalidFields: naming each criterion that is unknown, has no factor from 0 to 10, or is given more than once.
    """
    criteria = [criterion for criterion, _ in given]
    doubled = sorted({criterion for criterion in criteria if criteria.count(criterion) > 1})
    if doubled:
        raise InvalidFields([FieldProblem(shortened(prefix + id), "is given more than once") for id in doubled])
    return parse_priorities(knowledge, dict(given), prefix)


def read_revision(text: str) -> Revision:
    """Read `here`, `shipped` or a number as a revision.

    Raises:
        InvalidFields: it is none of them.
    """
    if text in (HERE, SHIPPED):
        return None if text == HERE else 0
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise InvalidFields([FieldProblem("verdicts", "must be the number of a verdict", (HERE, SHIPPED))])
    return int(text)


def _version(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(r"[0-9a-f]{12}", text):
        raise InvalidFields([FieldProblem("rules", "must be a version of the rules: 12 hexadecimal digits")])
    return text


def _day(text: str | None) -> date | None:
    try:
        if text is not None and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise InvalidFields([FieldProblem("on", "must be a day such as 2026-11-25")]) from None
