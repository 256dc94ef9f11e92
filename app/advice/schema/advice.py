"""An advice as programs receive it. Field names are part of the public contract."""

from datetime import date
from typing import Literal

from pydantic import Field

from app.advice.robustness.recommendation import Choice
from app.advice.schema.base import DecisionSchema, PerFramework, Schema
from app.advice.schema.reasons import ApiLayer, CitedClaim, CitedSource, Difference, Reason, SetAside
from app.advice.schema.robustness import Flip, Robustness
from app.advice.schema.ship import Ship
from app.knowledge.models import ComponentState, Framework, PolicyId, PrecedentChoice, PrecedentKind


class RaisedBy(Schema):
    question: str
    option: str
    points: float


class WeighedCriterion(Schema):
    """A criterion that takes part: weights of all of them sum to 1, its two scores sum to 1."""

    id: str
    name: str
    weight: float
    base_points: float
    raised_by: list[RaisedBy]
    priority: float = Field(description="The visitor's factor on the points; 1 without one.")
    scores: PerFramework


class NearPrecedent(Schema):
    """A decision of a real project that is among the nearest."""

    id: str
    project: str
    decided: str = Field(description="A month, or a year.")
    kind: PrecedentKind
    choice: PrecedentChoice
    text: str = Field(description="What the project did, in a few words.")
    reason: str | None
    citation: str
    alike: list[str] = Field(description="Answers that are the same here.")
    differs: list[str] = Field(description="The project's answers that are not given here.")
    similarity: float = Field(description="Gower's coefficient over the questions answered for both (0 to 1).")


class StandingConstraint(Schema):
    """What decides whatever the scores are: a claim, or a place to which one framework has no path."""

    id: str
    claim: str
    place: str | None = Field(description="The place, where the constraint follows from a missing path.")
    requires: Framework
    text: str
    lifted_by: str
    sources: list[CitedSource]


class CitedCaution(Schema):
    id: str
    text: str
    sources: list[CitedSource]


class CitedAlternative(Schema):
    """Something besides the two frameworks; it takes no part in the scores."""

    id: str
    name: str
    text: str
    sources: list[CitedSource]


class Successor(Schema):
    id: str
    name: str


class StackEntry(Schema):
    """A recommended component, with its state today under either policy."""

    role: str
    role_name: str
    framework: Framework
    component: str
    name: str
    state: ComponentState
    status: str
    note: str
    successor: str | None
    successors: list[Successor]
    checked_on: date
    review_due: bool


class OtherPolicy(DecisionSchema):
    """The same answers under the other policy; the differences sum to the difference of the margins."""

    policy: PolicyId
    constraints: list[StandingConstraint]
    differences: list[Difference]


class Afresh(DecisionSchema):
    """The same answers as if no code existed."""


class Checking(Schema):
    """Which of the claims about this situation this server has checked itself."""

    here: list[str] = Field(description="Claims that count, and have a verdict of this server.")
    open: list[str] = Field(description="Claims that count, can be checked by a probe, and were not checked here.")
    measured: list[str] = Field(description="Claims that are this server's own measurements of speed.")


class AsShipped(DecisionSchema):
    """The same answers and policy with the rules as shipped; the differences sum to the difference of the margins."""

    differences: list[Difference]


class Permalinks(Schema):
    """Links to the advice that later verdicts of this server do not change."""

    shipped: str
    here: str
    kept: str = Field(
        description="Fixes the rules and the day, too: opened later, it shows the advice of then and of now."
    )


class ByDefault(DecisionSchema):
    """The same answers without the visitor's own priorities."""

    acceptability: PerFramework
    weights: dict[str, float]


class Now(DecisionSchema):
    """Today's advice beside one of another day. In a difference, `before` is then and `after` is now."""

    acceptability: PerFramework
    as_of: date
    rules_version: str
    differences: list[Difference]
    permalink: str


class Continuity(Schema):
    """Two answers: staying with the existing code, and starting afresh."""

    codebase: str
    decision: Literal["stay", "move"]
    because: str = Field(description="Why moving is worth it, or is not.")
    watch: str = Field(description="What would be a reason to ask again.")
    staying: Choice
    afresh: Afresh
    costs: list[CitedClaim] = Field(description="Claims about the benefits of staying and the costs of moving.")


class OverlayEntry(Schema):
    collection: str
    id: str
    action: str


class Advice(DecisionSchema):
    """A recommendation with its working."""

    headline: str = Field(description="The recommendation in a few words, as it is shown above everything else.")
    acceptability: PerFramework = Field(
        description="The share of plausible weightings and evidence under which each wins."
    )
    flips: list[Flip] = Field(description="Every single answer that changes the recommendation.")
    robustness: Robustness
    priorities: dict[str, float] = Field(description="The visitor's factors on the weights of criteria.")
    by_default: ByDefault | None = Field(description="The advice without the visitor's priorities; null without any.")
    neutral: float = Field(description="The part of each score that the evidence leaves open.")
    constraints: list[StandingConstraint]
    cautions: list[CitedCaution]
    alternatives: list[CitedAlternative] = Field(description="What to look at beside the two frameworks.")
    criteria: list[WeighedCriterion]
    reasons: list[Reason]
    set_aside: list[SetAside]
    api_layer: ApiLayer
    precedents: list[NearPrecedent] = Field(description="The decisions of real projects that count most, at most five.")
    stack: list[StackEntry]
    ship: list[Ship] = Field(description="How the recommended framework reaches each place that the answers name.")
    policy: PolicyId
    other_recommendation: Choice | None = Field(
        description="The recommendation under the other policy, when it differs from this one."
    )
    other_policy: OtherPolicy
    continuity: Continuity | None
    answers: dict[str, str | list[str]]
    checking: Checking
    as_shipped: AsShipped | None = Field(
        description="The advice without this server's verdicts; null if they change nothing."
    )
    verdicts_revision: int = Field(description="The number of this server's last verdict that counted; 0 for none.")
    permalink: str
    permalinks: Permalinks
    as_of: date = Field(description="The day of the advice; it decides which facts are due for review.")
    rules_version: str
    overlay: list[OverlayEntry] = Field(
        description="The changes that a folder of own rules makes to the shipped rules."
    )
