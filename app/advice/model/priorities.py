"""A visitor's own priorities: a factor for each criterion, on top of the weight that the answers give it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from app.errors import FieldProblem, InvalidFields, shortened
from app.knowledge.base import Knowledge


@dataclass(frozen=True)
class Priorities:
    """(criterion id, factor) in the order of the rules; a criterion that counts as proposed is absent."""

    factors: tuple[tuple[str, float], ...] = ()

    def of(self, criterion: str) -> float:
        return dict(self.factors).get(criterion, 1.0)

    def __bool__(self) -> bool:
        return bool(self.factors)


NONE = Priorities()
MOST = 10.0
DIGITS = 3
"""Factors are rounded to so many decimals, so that an address can hold them as they count."""


def parse_priorities(knowledge: Knowledge, raw: Mapping[str, Any], prefix: str = "") -> Priorities:
    """Validate raw factors: numbers, or texts of numbers; empty texts and 1 leave a criterion as proposed.

    Raises:
        InvalidFields: naming every criterion that is unknown, and every factor that is not between 0 and 10.
    """
    factors = {criterion: _factor(value) for criterion, value in raw.items() if value != ""}
    problems = [
        FieldProblem(shortened(prefix + id), "there is no such criterion", tuple(knowledge.criteria))
        for id in factors
        if id not in knowledge.criteria
    ]
    problems += [
        FieldProblem(prefix + id, f"must be a number from 0 to {MOST:g}")
        for id, factor in factors.items()
        if id in knowledge.criteria and factor is None
    ]
    if problems:
        raise InvalidFields(problems)
    given = ((id, factors.get(id)) for id in knowledge.criteria)
    return Priorities(tuple((id, factor) for id, factor in given if factor is not None and factor != 1))


def _factor(value: Any) -> float | None:
    try:
        found = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
    return round(found, DIGITS) if found is not None and isfinite(found) and 0 <= found <= MOST else None
