"""Weights: how important each criterion is to a project with these answers."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen


@dataclass(frozen=True)
class Raise:
    """An answer that makes a criterion more important, by `points`."""

    question: str
    option: str
    points: float


def raises(knowledge: Knowledge, chosen: Chosen, criterion: str) -> tuple[Raise, ...]:
    """What raises a criterion: of each answered question the option that raises it most, the first of equals."""
    found = []
    for id, question in knowledge.questions.items():
        options = [
            option for option in question.options if option.id in chosen.get(id, ()) and criterion in option.raises
        ]
        if options:
            best = max(options, key=lambda option: option.raises[criterion])
            found.append(Raise(id, best.id, best.raises[criterion]))
    return tuple(found)


def points(knowledge: Knowledge, chosen: Chosen, criterion: str) -> float:
    """A criterion's weight before it is set in relation to the others: its base and what answers add."""
    return knowledge.criteria[criterion].weight + sum(r.points for r in raises(knowledge, chosen, criterion))


def weights(knowledge: Knowledge, chosen: Chosen, criteria: Iterable[str]) -> dict[str, float]:
    """The weights of the criteria that take part; they sum to 1, unless no criterion has any weight."""
    raw = {criterion: points(knowledge, chosen, criterion) for criterion in criteria}
    total = sum(raw.values())
    return {criterion: value / total for criterion, value in raw.items() if value > 0}
