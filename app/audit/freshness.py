"""Facts that are due for review: listed, and never a fault of the rules, since time passes for the best of them."""

from dataclasses import dataclass
from datetime import date

from app.knowledge.base import Knowledge


@dataclass(frozen=True)
class Due:
    """A fact past its day of review. `days`: since then."""

    collection: str
    id: str
    review_by: date
    days: int


@dataclass(frozen=True)
class Freshness:
    """The facts that are due on a day, longest first, of `dated` ones in all. `next_due`: when the next one will be."""

    dated: int
    due: tuple[Due, ...]
    next_due: date | None


def freshness(knowledge: Knowledge, day: date) -> Freshness:
    """Which dated facts (claims and components with a `review_by`) are due."""
    dated = [
        (collection, entry)
        for collection in ("claims", "components")
        for entry in getattr(knowledge, collection).values()
        if entry.review_by is not None
    ]
    due = [Due(name, entry.id, entry.review_by, entry.days_overdue(day)) for name, entry in dated]
    late = sorted((one for one in due if one.days > 0), key=lambda one: (-one.days, one.id))
    return Freshness(len(dated), tuple(late), min((one.review_by for one in due if one.days == 0), default=None))
