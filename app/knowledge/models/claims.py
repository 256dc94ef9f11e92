"""Statements of sources, what their probes found, and workloads whose measured speed is evidence."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from app.knowledge.conditions import Chosen, Condition
from app.knowledge.expectations import Expectation
from app.knowledge.models.base import Citations, Dated, Entry, Favours, Framework, Id, Ids, Text, as_tuple
from app.knowledge.models.facts import FactCheck

ClaimKind = Literal["capability", "timing", "ecosystem", "historical", "opinion"]
ClaimStatus = Literal["confirmed", "both", "partly", "refuted", "superseded", "opinion", "not_testable", "unchecked"]


OTHER_HALF: Mapping[Favours, Framework] = {"pytorch": "tensorflow", "tensorflow": "pytorch", "keras": "pytorch"}
"""The framework with which a claim compares the one that it favours. Keras is compared with writing it in PyTorch."""


class Claim(Dated):
    """A statement that a source makes, when it matters, and what is known of it.

    `strength`: 1 a convenience, 2 costs days of work or narrows choices, 3 blocks a usual way of doing it. Exactly one
    of `matters_when` and `background` is given; a background claim is shown but never counts. `argument`: the point
    that it makes; a claim without one is a point of its own. `checks`: the parts of it that a package index can
    confirm or contradict.
    """

    id: Id
    statement: Text
    criterion: Id
    argument: Id | None = None
    favours: Favours
    strength: Annotated[int, Field(ge=1, le=3)]
    kind: ClaimKind
    sources: Citations
    matters_when: Condition | None = None
    unless: Condition | None = None
    background: Text | None = None
    status: ClaimStatus = "unchecked"
    note: Text | None = None
    succeeded_by: Text | None = None
    conflicts_with: Ids = ()
    components: Ids = ()
    probe: Id | None = None
    expects: Annotated[tuple[Expectation, ...], BeforeValidator(as_tuple)] = ()
    checks: Annotated[tuple[FactCheck, ...], BeforeValidator(as_tuple)] = ()

    def matters(self, chosen: Chosen) -> bool:
        """Whether it is about a project with these answers."""
        if self.matters_when is None or not self.matters_when.holds(chosen):
            return False
        return self.unless is None or not self.unless.holds(chosen)

    @property
    def is_decided_by_running(self) -> bool:
        """Whether a verdict of its probe is its status. Facts about the ecosystem and opinions keep theirs."""
        return self.kind in ("capability", "timing")

    @model_validator(mode="after")
    def _is_whole(self) -> "Claim":
        if self.expects and self.probe is None:
            raise ValueError("expects needs the probe that observes it")
        if self.expects and all(expectation.control for expectation in self.expects):
            raise ValueError("expects has nothing but controls: that would say nothing of the claim")
        if (self.matters_when is None) == (self.background is None):
            raise ValueError("give exactly one of matters_when and background")
        if self.unless is not None and self.background is not None:
            raise ValueError("unless says nothing of a claim that never counts")
        if self.kind == "ecosystem" and not (self.checked_on and self.review_by):
            raise ValueError("an ecosystem fact needs checked_on and review_by")
        if self.kind in ("ecosystem", "historical", "opinion") and self.status == "unchecked":
            raise ValueError(f"a claim of kind {self.kind} needs a status: no probe will check it")
        if self.status not in ("unchecked", "opinion") and not self.note:
            raise ValueError(f"status {self.status} needs a note of what was found")
        if self.status not in ("unchecked", "opinion") and not self.checked_on:
            raise ValueError(f"status {self.status} needs checked_on")
        return self


class Workload(Entry):
    """A workload of a timing probe whose speed, measured on the server itself, is evidence for whom it favours.

    It counts while `matters_when` holds and `unless` does not: where the project's work is of that kind, and is done on
    a device like the one that was measured.
    """

    id: Id
    name: Text
    criterion: Id
    argument: Id | None = None
    probe: Id
    variant: str = ""
    device: Literal["cpu", "cuda"] = "cpu"
    strength: Annotated[int, Field(ge=1, le=3)]
    matters_when: Condition
    unless: Condition | None = None


class ShippedVerdict(Entry):
    """What the project's own run of a claim's probe said, on named versions. Written by `make verdicts`."""

    id: Id
    verdict: Literal["confirmed", "both", "partly", "refuted", "not_testable"]
    reason: Text
    found_on: date
    versions: dict[Framework, str]
