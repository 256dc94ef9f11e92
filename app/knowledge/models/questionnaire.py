"""Criteria, and the questions whose answers raise their weights."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from app.knowledge.models.base import Entry, Id, Points, Text, as_tuple


class Criterion(Entry):
    """An aspect on which the frameworks are compared. `weight` is its base weight, in points."""

    id: Id
    name: Text
    about: Text
    weight: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]


class Option(Entry):
    """A possible answer.

    `raises`: criterion id → points by which choosing it raises that criterion's weight. `keeps`: it says that there is
    code, and what staying with that code recommends. `easy_to_move`: it says that little ties the project to its code.
    """

    id: Id
    label: Text
    hint: Text | None = None
    raises: dict[Id, Points] = Field(default_factory=dict)
    neutral_because: Text | None = None
    keeps: Literal["pytorch", "tensorflow", "either"] | None = None
    easy_to_move: bool = False


class Question(Entry):
    """A question of the questionnaire; `core` ones are required and asked first."""

    id: Id
    ask: Text
    help: Text
    kind: Literal["one", "many"]
    core: bool = False
    options: Annotated[tuple[Option, ...], BeforeValidator(as_tuple), Field(min_length=2, max_length=31)]

    @property
    def is_about_code(self) -> bool:
        """Whether it asks for the code that there is, which is a fact and no choice of the project."""
        return any(option.keeps is not None or option.easy_to_move for option in self.options)

    @property
    def option_ids(self) -> tuple[str, ...]:
        return tuple(option.id for option in self.options)

    def option(self, id: str) -> Option:
        return next(option for option in self.options if option.id == id)
