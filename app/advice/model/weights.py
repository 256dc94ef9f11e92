"""Weights: how important each criterion is to a project with these answers."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.advice.model.priorities import NONE, Priorities
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen


@dataclass(frozen=True)
class Raise:
    """An answer that makes a criterion more important, by `points`."""

    question: str
    option: str
    points: float


def raises(knowledge: Knowledge, chosen: Chosen) -> dict[str, list[Raise]]:
    """Criterion → its raises: for each answered question the option that raises it most; of equals the first."""
    found: dict[str, list[Raise]] = {}
    for id, options in chosen.items():
        best: dict[str, Raise] = {}
        for option in knowledge.questions[id].options:
            if option.id in options:
                for criterion, points in option.raises.items():
                    if criterion not in best or points > best[criterion].points:
                        best[criterion] = Raise(id, option.id, points)
        for criterion, raised in best.items():
            found.setdefault(criterion, []).append(raised)
    return found


def weights(
    knowledge: Knowledge, chosen: Chosen, criteria: Iterable[str], priorities: Priorities = NONE
) -> dict[str, float]:
    """The weights of the criteria that take part; they sum to 1, unless no criterion has any weight.

    A criterion's points are its base plus the raises of the answers, times the visitor's factor.
    """
    raised = raises(knowledge, chosen)
    raw = {
        c: (knowledge.criteria[c].weight + sum(r.points for r in raised.get(c, ()))) * priorities.of(c)
        for c in criteria
    }
    total = sum(raw.values())
    return {criterion: value / total for criterion, value in raw.items() if value > 0}
