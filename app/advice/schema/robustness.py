"""How robust an advice is, as programs receive it. Field names are part of the public contract."""

from pydantic import Field

from app.advice.robustness.acceptability import Uncertainty
from app.advice.robustness.recommendation import Choice
from app.advice.schema.base import PerFramework, Schema

PlainAnswer = str | list[str] | None
"""An answer as callers write it; None for no answer."""


class Flip(Schema):
    """One answer that, given differently, changes the recommendation."""

    question: str
    before: PlainAnswer = Field(alias="from")
    after: PlainAnswer = Field(alias="to")
    recommendation: Choice


class AnswerChange(Schema):
    question: str
    before: PlainAnswer = Field(alias="from")
    after: PlainAnswer = Field(alias="to")


class FlipTogether(Schema):
    """Answers that change the recommendation only together."""

    changes: list[AnswerChange]
    recommendation: Choice


class SmallestFlips(Schema):
    """The fewest answers that have to change together for another recommendation."""

    size: int | None = Field(
        description="The number of changes; null if no set of up to `searched` changes gives another recommendation. "
        "Each change of a set concerns another question: another option, none, one more or one fewer."
    )
    searched: int = Field(description="The most changes that were tried together: 3 if the request asks for it, or 1.")
    count: int = Field(description="How many sets of that size there are.")
    examples: list[FlipTogether] = Field(description="The first of them; single changes are in `flips`.")


class Tipping(Schema):
    """The weight of a criterion at which the other framework gets ahead, the other weights in proportion."""

    criterion: str
    weight: float
    tips_at: float | None = Field(
        description="The weight at which the scores are level. Beyond it (below it, if it is less than the present "
        "weight) the other framework is ahead. Null if no weight of this criterion makes them level."
    )


class DecisiveClaim(Schema):
    """A claim that, if it were false, would give another recommendation."""

    claim: str
    statement: str
    recommendation: Choice


class OptionEffect(Schema):
    option: str
    recommendation: Choice


class QuestionEffect(Schema):
    """An open question, and the recommendation after each of its options."""

    question: str
    moves: float = Field(description="About how far it can move a framework's acceptability.")
    changes_recommendation: bool
    options: list[OptionEffect]


class GroundsSchema(Schema):
    """How much is known of a project like this. Too little keeps the strength at `leaning` or below."""

    criteria: int = Field(description="On how many criteria evidence counts.")
    needed: int = Field(description="How many that must be for a strong recommendation.")
    question: str = Field(description="The question whose answer evidence must be about, for a strong recommendation.")
    silent: list[str] = Field(description="The chosen options of that question that no statement that counts is about.")
    thin: bool = Field(description="Whether scores decide and this is too little for a strong recommendation.")


class UncertaintySchema(Schema, strict=True):
    """Whether the acceptability takes weights and evidence as uncertain; open questions always are."""

    weights: bool
    evidence: bool

    @classmethod
    def of(cls, uncertain: Uncertainty) -> "UncertaintySchema":
        return cls(weights=uncertain.weights, evidence=uncertain.evidence)


class Robustness(Schema):
    """How sure the advice is, and what that depends on."""

    error: float = Field(description="One standard error of the acceptability, from the number of samples.")
    samples: int
    seed: int
    uncertain: UncertaintySchema
    everything: PerFramework = Field(
        description="The acceptability with weights and evidence uncertain; it sets the strength."
    )
    weights_alone: PerFramework
    evidence_alone: PerFramework
    any_weights: PerFramework = Field(
        description="With every weighting of the criteria equally likely, and nothing else open."
    )
    open_spread: float = Field(description="One standard deviation of the margin that open questions leave.")
    dissent: list[str] = Field(
        description="Other methods that prefer the other framework; together they lower the strength by one step."
    )
    grounds: GroundsSchema | None = Field(description="Null if the rules ask for none.")
    smallest_flips: SmallestFlips
    tipping: list[Tipping]
    decisive_claims: list[DecisiveClaim]
    open_questions: list[QuestionEffect] = Field(description="The one that can change most comes first.")
    settled: bool = Field(description="No single further answer can change the recommendation.")
