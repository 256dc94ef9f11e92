"""How the advised framework reaches each place that the answers name, as programs receive it."""

from datetime import date

from pydantic import Field

from app.advice.schema.base import Schema
from app.knowledge.models import ComponentState, Framework
from app.knowledge.models.paths import Does, Purpose


class PathSource(Schema):
    id: str
    section: str


class PathStep(Schema):
    """A step with its component, and the state of that today."""

    does: Does
    component: str
    name: str
    state: ComponentState
    status: str


class PathLimit(Schema):
    """What the path does not do, or not for every project."""

    text: str
    sources: list[PathSource]


class Ship(Schema):
    """The best trodden path of a framework to a place. Without a way there are no steps, and `limits` say why."""

    deployment: str = Field(description="The option that names the place, such as `mobile` or `java`.")
    question: str = Field(description="The question of that option.")
    place: str
    place_name: str
    purpose: Purpose = Field(description="Whether the model runs at the place, or is trained there.")
    framework: Framework
    path: list[PathStep]
    maturity: int = Field(description="How well trodden: 0 no way, 1 experimental, 2 works with limits, 3 usual.")
    limits: list[PathLimit]
    lifted_by: str | None = Field(description="What would give it a way, where there is none.")
    sources: list[PathSource]
    other_ways: int = Field(description="How many more paths there are, less well trodden or as well; see /paths.")
    checked_on: date
    review_due: bool
