"""How a trained model reaches the place where it runs, and where there is no way at all."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from app.knowledge.conditions import NOTHING, Chosen, Condition, Term
from app.knowledge.models.base import Citations, Dated, Entry, Framework, Id, Text, as_tuple
from app.knowledge.models.gates import Constraint

Purpose = Literal["run", "train"]
Does = Literal["export", "convert", "runtime", "train"]

NO_WAY, EXPERIMENTAL, LIMITED, USUAL = range(4)
"""How well trodden a path is."""

TRODDEN_WORDS = ("no way", "experimental", "works with limits", "usual")
"""The words for 0, 1, 2 and 3."""


class Place(Entry):
    """Where a model runs, or where it is trained.

    `when`: the answers that name it. `while_open`: a question that `when` names; without an answer to it the place is
    named as well, since nothing excludes it yet.
    """

    id: Id
    name: Text
    purpose: Purpose = "run"
    when: Condition
    while_open: Id | None = None

    @model_validator(mode="after")
    def _is_named_by_answers(self) -> "Place":
        questions = {question for question, _ in self.when.terms()}
        if not questions:
            raise ValueError("when is always: a place is named by answers")
        if self.while_open is not None and self.while_open not in questions:
            raise ValueError(f"while_open is '{self.while_open}', which when does not name")
        return self

    def is_named(self, chosen: Chosen) -> bool:
        """Whether the answers name the place, or may still do so while the question is open."""
        if self.when.holds(chosen):
            return True
        if self.while_open is None or self.while_open in chosen:
            return False
        return any(self._rest_holds(alternative, chosen) for alternative in self.when.alternatives)

    def _rest_holds(self, alternative: Mapping[str, Term], chosen: Chosen) -> bool:
        """Whether an alternative holds but for the question that may be open."""
        rest = {question: term for question, term in alternative.items() if question != self.while_open}
        return bool(rest) and all(term.holds(chosen.get(question, NOTHING)) for question, term in rest.items())

    @property
    def option(self) -> tuple[str, str]:
        """(question, option): the first option that `when` names, such as (`deployment`, `mobile`)."""
        question, term = next(self.when.terms())
        return question, term.options[0]


class Step(Entry):
    """A step of a path, and the component that does it."""

    does: Does
    component: Id


class Limit(Entry):
    """What a path does not do, or does for some projects only."""

    text: Text
    sources: Citations


class ModelPath(Dated):
    """One way from a framework to a place. `trodden`: 0 no way, 1 experimental, 2 works with limits, 3 usual.

    A path that is not usual says why in `limits`. One of 0 has no steps; it names the claim of the ledger that says so,
    and in `lifted_by` what would change that.
    """

    id: Id
    framework: Framework
    place: Id
    trodden: Annotated[int, Field(ge=NO_WAY, le=USUAL)]
    steps: Annotated[tuple[Step, ...], BeforeValidator(as_tuple)] = ()
    sources: Citations
    limits: Annotated[tuple[Limit, ...], BeforeValidator(as_tuple)] = ()
    claim: Id | None = None
    lifted_by: Text | None = None
    checked_on: date
    review_by: date

    @model_validator(mode="after")
    def _is_whole(self) -> "ModelPath":
        if bool(self.steps) == (self.trodden == NO_WAY):
            raise ValueError("a path has steps unless trodden is 0, and none if it is")
        for name in ("claim", "lifted_by"):
            if (getattr(self, name) is not None) != (self.trodden == NO_WAY):
                raise ValueError(f"{name} belongs to a path with trodden 0, and to no other")
        if self.trodden < USUAL and not self.limits:
            raise ValueError("limits are missing: a path that is not usual says why")
        _check_order([step.does for step in self.steps])
        return self

    @property
    def last(self) -> Id:
        """The component of the last step, which runs or trains the model at the place."""
        return self.steps[-1].component


def _check_order(does: Sequence[Does]) -> None:
    """Raises ValueError: the steps are not in the order in which a model takes them, or end before the place."""
    order = get_args(Does)
    if list(does) != sorted(does, key=order.index):
        raise ValueError(f"steps are out of order; it is: {', '.join(order)}")
    if does and does[-1] not in ("train", "runtime"):
        raise ValueError("steps end with a runtime, or with what trains at the place")


class PathConstraint(Constraint):
    """A hard constraint that follows from the paths: only the framework that it requires has a way to the place."""

    place: Id
