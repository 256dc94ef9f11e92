"""The curves of the global numbers in decision 37: how often the advice is right with other values of one at a time.

Run by `python -m docs.curves` (some minutes). Each decision is tested without the precedents of its own project.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from app.audit.validation import GROUPS, Validation, validate
from app.knowledge.base import Knowledge
from app.knowledge.loader import load
from app.knowledge.models import PRECEDENTS

ADVICE = "This advice"
Change = Callable[[Knowledge, float], Knowledge]


def main() -> None:
    """Print a table for each number."""
    knowledge, day = load(), date.today()
    for name, change, values in NUMBERS:
        sys.stdout.write(f"\n| {name} | moving right | open | wrong | staying right | dual strong | all right |\n")
        sys.stdout.write("| --- | --- | --- | --- | --- | --- | --- |\n")
        for value in values:
            changed = change(knowledge, value)
            sys.stdout.write(_row(value, validate(changed, list(changed.precedents.values()), day)) + "\n")


def _row(value: float, found: Validation) -> str:
    moving, staying, dual, _ = (found.tables[ADVICE][group] for group in GROUPS)
    wrong = moving["wrong"] + moving["strongly_wrong"]
    cells = (moving["right"], moving["open"], wrong, staying["right"], dual["strongly_wrong"], found.right(ADVICE))
    return f"| {value:g} | {' | '.join(map(str, cells))} |"


def _policy(knowledge: Knowledge, **changed: Any) -> Knowledge:
    today = knowledge.policies["today"].model_copy(update=changed)
    return replace(knowledge, policies=MappingProxyType({**knowledge.policies, "today": today}))


def _nearness(key: str) -> Change:
    def change(knowledge: Knowledge, value: float) -> Knowledge:
        nearness = knowledge.policies["today"].precedents
        return _policy(knowledge, precedents=nearness and nearness.model_copy(update={key: value}))

    return change


def _weight(knowledge: Knowledge, value: float) -> Knowledge:
    criterion = knowledge.criteria[PRECEDENTS].model_copy(update={"weight": value})
    return replace(knowledge, criteria=MappingProxyType({**knowledge.criteria, PRECEDENTS: criterion}))


def _neutral(knowledge: Knowledge, value: float) -> Knowledge:
    return replace(knowledge, scoring=knowledge.scoring.model_copy(update={"neutral": value}))


def _ageing(knowledge: Knowledge, value: float) -> Knowledge:
    ageing = knowledge.policies["today"].ageing
    return _policy(knowledge, ageing=ageing and ageing.model_copy(update={"half_life_days": value}))


NUMBERS: Sequence[tuple[str, Change, Sequence[float]]] = (
    ("weight of the criterion", _weight, (0.5, 1, 2, 4, 6, 8, 12)),
    ("floor of similarity", _nearness("floor"), (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)),
    ("half-life of a decision, days", _nearness("half_life_days"), (365, 730, 1095, 1460, 2190)),
    ("amount of a decision", _nearness("amount"), (0.5, 1, 2, 3)),
    ("neutral evidence", _neutral, (0.5, 1, 2, 3, 4)),
    ("half-life of an opinion, days", _ageing, (365, 730, 1095, 1460)),
)


if __name__ == "__main__":
    main()
