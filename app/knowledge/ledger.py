"""The ledger: claims by filter, as the pages and the API both show them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import get_args

from app.errors import FieldProblem, InvalidFields, UnknownEntry, shortened
from app.knowledge.base import Knowledge
from app.knowledge.models import Claim, ClaimStatus, Favours


@dataclass(frozen=True)
class Filter:
    """Which claims to show; None shows all."""

    source: str | None = None
    criterion: str | None = None
    favours: str | None = None
    status: str | None = None

    def accepts(self, claim: Claim) -> bool:
        return (
            self.source in (None, *(citation.id for citation in claim.sources))
            and self.criterion in (None, claim.criterion)
            and self.favours in (None, claim.favours)
            and self.status in (None, claim.status)
        )


FILTERS = tuple(field.name for field in fields(Filter))


def choices(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """What each filter can be set to."""
    return {
        "source": tuple(knowledge.sources),
        "criterion": tuple(knowledge.criteria),
        "favours": get_args(Favours),
        "status": get_args(ClaimStatus),
    }


def make_filter(knowledge: Knowledge, wanted: Mapping[str, str]) -> Filter:
    """A filter from a query; an empty value filters nothing.

    Raises:
        InvalidFields: naming each filter that does not exist or cannot be set so.
    """
    allowed = choices(knowledge)
    problems = [
        FieldProblem(shortened(name), "there is no such filter", FILTERS)
        if name not in allowed
        else FieldProblem(name, "is none of the values that occur", allowed[name])
        for name, value in wanted.items()
        if name not in allowed or (value and value not in allowed[name])
    ]
    if problems:
        raise InvalidFields(problems)
    return Filter(**{name: value for name, value in wanted.items() if value})


def find_claims(knowledge: Knowledge, filter: Filter) -> list[Claim]:
    """The claims that a filter accepts, in the order of criteria and files."""
    order = list(knowledge.criteria)
    found = [claim for claim in knowledge.claims.values() if filter.accepts(claim)]
    return sorted(found, key=lambda claim: order.index(claim.criterion))


def find_claim(knowledge: Knowledge, id: str) -> Claim:
    """One claim.

    Raises:
        UnknownEntry: when there is none of this id.
    """
    if id not in knowledge.claims:
        raise UnknownEntry("There is no claim of this id.", [FieldProblem("id", "there is no such claim")])
    return knowledge.claims[id]


def claims_per_source(knowledge: Knowledge) -> dict[str, int]:
    """How many claims cite each source."""
    counts = dict.fromkeys(knowledge.sources, 0)
    for claim in knowledge.claims.values():
        for id in {citation.id for citation in claim.sources}:
            counts[id] += 1
    return counts
