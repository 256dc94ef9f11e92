"""Train in one framework, ship with its best trodden path: for each place that the answers name."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from app.advice.robustness.recommendation import Choice
from app.advice.schema.ship import PathLimit, PathSource, PathStep, Ship
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.models import FRAMEWORKS, Citation, Framework, ModelPath, Place


def ship(knowledge: Knowledge, chosen: Chosen, recommendation: Choice, today: date) -> list[Ship]:
    """The ways of the recommended framework, or of both when either will do, in the order of the places."""
    frameworks: Sequence[Framework] = FRAMEWORKS if recommendation == "either" else (recommendation,)
    lines = (
        _line(knowledge, place.id, framework, today)
        for place in knowledge.places.values()
        if place.is_named(chosen)
        for framework in frameworks
    )
    return [line for line in lines if line is not None]


@lru_cache(maxsize=256)
def _line(knowledge: Knowledge, place: str, framework: Framework, today: date) -> Ship | None:
    """A framework's best way to a place. None where a rule base lacks a path: it has an issue about that."""
    return next(iter(all_ways(knowledge, knowledge.places[place], framework, today)), None)


def all_ways(knowledge: Knowledge, place: Place, framework: Framework, today: date) -> list[Ship]:
    """Every path of a framework to a place, the best trodden first."""
    ways = knowledge.ways.get((place.id, framework), ())
    return [_shipped_by(knowledge, place, path, len(ways) - 1, today) for path in ways]


def _shipped_by(knowledge: Knowledge, place: Place, path: ModelPath, other_ways: int, today: date) -> Ship:
    """One path as an advice and the list of paths give it."""
    question, option = place.option
    return Ship(
        deployment=option,
        question=question,
        place=place.id,
        place_name=place.name,
        purpose=place.purpose,
        framework=path.framework,
        path=_steps(knowledge, path),
        maturity=path.trodden,
        limits=[PathLimit(text=limit.text, sources=_cited(limit.sources)) for limit in path.limits],
        lifted_by=path.lifted_by,
        sources=_cited(path.sources),
        other_ways=other_ways,
        checked_on=path.checked_on,
        review_due=path.days_overdue(today) > 0,
    )


def _steps(knowledge: Knowledge, path: ModelPath) -> list[PathStep]:
    found = [(step.does, knowledge.components[step.component]) for step in path.steps]
    return [PathStep(does=does, component=c.id, name=c.name, state=c.state, status=c.status) for does, c in found]


def _cited(citations: Sequence[Citation]) -> list[PathSource]:
    return [PathSource(id=citation.id, section=citation.section) for citation in citations]
