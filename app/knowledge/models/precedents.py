"""What real projects chose, left or kept."""

import datetime
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from app.knowledge.models.base import Entry, Id, Ids, Text

PRECEDENTS = "precedents"
"""The criterion on which decisions of real projects bear."""

PROJECTS = "projects-decisions"
"""The source of what real projects decided. A section names the place."""

PrecedentKind = Literal["migrated", "started", "stayed", "dropped-backend", "dual", "archived"]
PrecedentChoice = Literal["pytorch", "tensorflow", "either", "jax"]


def _options(value: object) -> object:
    """One option, or several, as a tuple."""
    return (value,) if isinstance(value, str) else value


class Precedent(Entry):
    """A decision of a real project.

    `answers` describe the project as it was before the decision, in the questionnaire's terms. `choice`: what the
    decision means for a new project like it. Several decisions of one project have the same `project`. `before` and
    `after`: what shipped. `decided`: a month, or a year.
    """

    id: Id
    project: Text
    decided: Annotated[str, Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2]))?$")]
    kind: PrecedentKind
    was: Text
    choice: PrecedentChoice
    before: Text | None = None
    after: Text | None = None
    reason: Text | None = None
    citation: Text
    answers: Mapping[Id, Annotated[Ids, BeforeValidator(_options), Field(min_length=1)]]
    confidence: Literal["high", "medium"]
    note: Text | None = None

    @property
    def day(self) -> datetime.date:
        """The middle of the month, or of the year, in which it was decided."""
        return datetime.date.fromisoformat(f"{self.decided}-15" if "-" in self.decided else f"{self.decided}-07-01")
