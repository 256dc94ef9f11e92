"""Components of both ecosystems, and the picks that make a recommended stack."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from app.knowledge.conditions import Condition
from app.knowledge.models.base import Dated, Entry, Framework, Id, Ids, Text

ComponentState = Literal["active", "maintained", "maintenance", "moved", "retired"]


class Component(Dated):
    """A library or tool of the ecosystem, and how it is today."""

    id: Id
    name: Text
    framework: Literal["pytorch", "tensorflow", "both", "neither"]
    purpose: Text
    state: ComponentState
    status: Text
    checked_on: date
    review_by: date
    successor: Text | None = None
    successors: Ids = ()


class Role(Entry):
    """A place in the recommended stack."""

    id: Id
    name: Text
    about: Text


class Pick(Entry):
    """A component for a role. Of the picks for (role, framework, policy) the first whose conditions hold is taken.

    `keras_evidence`: the evidence for the Keras API (sum of strength times trust) from which the pick holds.
    """

    role: Id
    framework: Framework
    component: Id
    policy: Literal["documents", "today", "both"]
    when: Condition
    note: Text
    keras_evidence: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
