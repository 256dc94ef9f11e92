"""Decisions of real projects by filter, as the pages and the API both show them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import get_args

from app.errors import FieldProblem, InvalidFields, shortened
from app.knowledge.base import Knowledge
from app.knowledge.models import Precedent, PrecedentChoice, PrecedentKind

LONGEST = 100
"""Characters of a search."""


@dataclass(frozen=True)
class PrecedentFilter:
    """Which decisions to show; None shows all. `q`: words that must stand in what is known of a decision."""

    q: str | None = None
    choice: str | None = None
    kind: str | None = None
    deployment: str | None = None
    data_type: str | None = None
    year: str | None = None

    def accepts(self, precedent: Precedent) -> bool:
        return (
            self.choice in (None, precedent.choice)
            and self.kind in (None, precedent.kind)
            and self.deployment in (None, *precedent.answers.get("deployment", ()))
            and self.data_type in (None, *precedent.answers.get("data_type", ()))
            and self.year in (None, precedent.decided[:4])
            and all(word in _text(precedent) for word in (self.q or "").casefold().split())
        )


FILTERS = tuple(field.name for field in fields(PrecedentFilter))


def _text(precedent: Precedent) -> str:
    parts = (precedent.project, precedent.was, precedent.before, precedent.after, precedent.reason, precedent.note)
    return " ".join(part for part in (*parts, precedent.citation) if part).casefold()


def precedent_choices(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """What each filter can be set to, except the search."""
    found = {
        "choice": get_args(PrecedentChoice),
        "kind": get_args(PrecedentKind),
        "year": tuple(sorted({one.decided[:4] for one in knowledge.precedents.values()}, reverse=True)),
    }
    asked = {id: knowledge.questions[id].option_ids for id in ("deployment", "data_type") if id in knowledge.questions}
    return found | asked


def make_precedent_filter(knowledge: Knowledge, wanted: Mapping[str, str]) -> PrecedentFilter:
    """A filter from a query; an empty value filters nothing.

    Raises:
        InvalidFields: naming each filter that does not exist or cannot be set so.
    """
    allowed = precedent_choices(knowledge)
    problems = [
        FieldProblem(shortened(name), "there is no such filter", FILTERS) for name in wanted if name not in FILTERS
    ]
    problems += [
        FieldProblem(name, "is none of the values that occur", allowed.get(name, ()))
        for name, value in wanted.items()
        if name in FILTERS and name != "q" and value and value not in allowed.get(name, ())
    ]
    if len(wanted.get("q", "")) > LONGEST:
        problems.append(FieldProblem("q", f"must have at most {LONGEST} characters"))
    if problems:
        raise InvalidFields(problems)
    return PrecedentFilter(**{name: value for name, value in wanted.items() if value})


def find_precedents(knowledge: Knowledge, filter: PrecedentFilter) -> list[Precedent]:
    """The decisions that a filter accepts, the newest first."""
    found = [one for one in knowledge.precedents.values() if filter.accepts(one)]
    return sorted(found, key=lambda one: one.day, reverse=True)
