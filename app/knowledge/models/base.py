"""What all entries of rule files share: their types, where statements come from, and dates of review."""

import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

Framework = Literal["pytorch", "tensorflow"]
Favours = Literal["pytorch", "tensorflow", "keras", "neither"]
SourceKind = Literal["document", "since", "own", "measured"]
PolicyId = Literal["documents", "today"]

FRAMEWORKS: tuple[Framework, Framework] = ("pytorch", "tensorflow")
NAMES = {"pytorch": "PyTorch", "tensorflow": "TensorFlow", "keras": "Keras", "neither": "neither", "either": "either"}


def _stripped(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty")
    return value.strip()


def as_tuple(value: Any) -> Any:
    """A list as a tuple: YAML has lists, and frozen models keep tuples."""
    return tuple(value) if isinstance(value, list) else value


Text = Annotated[str, AfterValidator(_stripped)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(as_tuple)]
Points = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Entry(BaseModel):
    """Base of everything that is read from a rule file: frozen, strict, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Source(Entry):
    """Where statements come from. `date` is as exact as is known: `2020` or `2024-05-08`."""

    id: Id
    kind: SourceKind
    title: Text
    date: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}-\d{2})?$")]
    author: Text | None = None
    publisher: Text | None = None
    note: Text | None = None

    @field_validator("date")
    @classmethod
    def _is_a_day(cls, value: str) -> str:
        if len(value) > len("2020"):
            datetime.date.fromisoformat(value)
        return value

    @property
    def day(self) -> datetime.date:
        """The date as a day; the middle of the year where only that is known."""
        return datetime.date.fromisoformat(self.date if len(self.date) > len("2020") else f"{self.date}-07-01")


class Citation(Entry):
    """A place in a source."""

    id: Id
    section: Text


Citations = Annotated[tuple[Citation, ...], BeforeValidator(as_tuple), Field(min_length=1)]


class Dated(Entry):
    """Something found on a day and due for review on another."""

    checked_on: datetime.date | None = None
    review_by: datetime.date | None = None

    @model_validator(mode="after")
    def _review_follows_check(self) -> "Dated":
        if self.review_by and not self.checked_on:
            raise ValueError("review_by needs checked_on")
        if self.checked_on and self.review_by and self.review_by <= self.checked_on:
            raise ValueError(f"review_by ({self.review_by}) is not after checked_on ({self.checked_on})")
        return self

    def days_overdue(self, today: datetime.date) -> int:
        """Days since it should have been reviewed; 0 when it is not due."""
        return max(0, (today - self.review_by).days) if self.review_by else 0
