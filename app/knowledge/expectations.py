"""What a claim expects of its probe, as data: a place in what was observed, and what must stand there.

A place is written with points, `tensorflow.forward.off_by`, or as a list of keys where a key has points of its own.
It begins with the half whose observation is meant, or with `comparison` (of a timing probe, by one thread on a
processor, then the variant where the probe has several), `all_threads` (the same by the whole machine), `timing` (the
framework, the variant, a field of its result) or `scaling`.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

JOINT = ("comparison", "all_threads", "timing", "scaling")
"""Where places begin that are about both halves."""

ROOTS = ("pytorch", "tensorflow", *JOINT)

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
"""A part of a sentence that is filled from what was observed: `{observed}`, `{expected}`, a place, or `{pytorch}` and
`{tensorflow}`, which become name and version."""


def _place(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(value.split("."))
    return tuple(value) if isinstance(value, list) else value


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Place = Annotated[tuple[str, ...], BeforeValidator(_place), Field(min_length=1)]
Amount = Annotated[float, BeforeValidator(lambda v: float(v) if type(v) is int else v), Field(allow_inf_nan=False)]
Values = Annotated[tuple[Any, ...], BeforeValidator(_tuple), Field(min_length=1)]


class ExpectedError(BaseModel):
    """An error: its type, or one of several, and a part of its message, upper and lower case alike."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: Annotated[
        tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else _tuple(v)), Field(min_length=1)
    ]
    saying: Annotated[str, Field(min_length=1)]


class Expectation(BaseModel):
    """One thing that must be observed for a claim to hold. Exactly one test is given.

    Attributes:
        see: the place that is looked at.
        control: it says nothing of the claim: where it does not hold, the experiment is not valid.
        holds: the sentence when it holds, made from what was observed: it has at least one placeholder.
        fails: the sentence when it does not.
        is_: equal to this value.
        one_of: equal to one of these.
        at_least, at_most, more_than, less_than: a number, or another place where one stands.
        same_as, differs_from: another place.
        contains, lacks: a member of a list, a key of a mapping, a part of a text; a list of them means all.
        raises: an error was raised there, of this type and with these words.
        works: no error was raised there.
        faster: who is faster in a comparison by more than its delta; `neither`: no difference.
        within_factor: neither is slower in a comparison than the other by this factor.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    see: Place
    control: bool = False
    holds: str
    fails: str
    is_: Any = Field(default=None, alias="is")
    one_of: Values | None = None
    at_least: Amount | Place | None = None
    at_most: Amount | Place | None = None
    more_than: Amount | Place | None = None
    less_than: Amount | Place | None = None
    same_as: Place | None = None
    differs_from: Place | None = None
    contains: Any = None
    lacks: Any = None
    raises: ExpectedError | None = None
    works: Literal[True] | None = None
    faster: Literal["pytorch", "tensorflow", "neither"] | None = None
    within_factor: Annotated[float, Field(gt=1, le=1000)] | None = None

    @field_validator("holds", "fails")
    @classmethod
    def _is_made_from_what_was_observed(cls, value: str) -> str:
        if not PLACEHOLDER.search(value):
            raise ValueError("needs a placeholder such as {observed}: a sentence is made from what was observed")
        return value.strip()

    @model_validator(mode="after")
    def _is_whole(self) -> "Expectation":
        given = self.model_fields_set & set(TESTS)
        if len(given) != 1:
            tests = ", ".join(name.rstrip("_") for name in TESTS)
            raise ValueError(f"give exactly one of {tests}")
        for place in self.places():
            if place[0] not in ROOTS:
                raise ValueError(f"a place begins with one of {', '.join(ROOTS)}, not with '{place[0]}'")
        return self

    @property
    def test(self) -> str:
        """The name of the test that is given."""
        return next(name for name in TESTS if name in self.model_fields_set)

    @property
    def wanted(self) -> Any:
        """What the test compares with."""
        return getattr(self, self.test)

    def compared(self) -> Iterator[tuple[str, ...]]:
        """The place that it looks at, and the one that it is compared with."""
        yield self.see
        if self.test in ORDERED + PAIRED and isinstance(self.wanted, tuple):
            yield self.wanted

    def places(self) -> Iterator[tuple[str, ...]]:
        """Every place that it looks at, those in its sentences included."""
        yield from self.compared()
        for sentence in (self.holds, self.fails):
            for name in PLACEHOLDER.findall(sentence):
                if name not in ("observed", "expected", "pytorch", "tensorflow"):
                    yield tuple(name.split("."))


ORDERED = ("at_least", "at_most", "more_than", "less_than")
PAIRED = ("same_as", "differs_from")
TESTS = ("is_", "one_of", *ORDERED, *PAIRED, "contains", "lacks", "raises", "works", "faster", "within_factor")
