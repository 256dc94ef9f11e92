"""How robust an advice is, as programs receive it. Field names are part of the public contract."""

from pydantic import Field

from app.advice.robustness.recommendation import Recommendation
from app.advice.schema.base import Pair, Part

PlainAnswer = str | list[str] | None
"""An answer as a caller would write it; None: no answer."""


class Flip(Part):
    """One answer that, given differently, changes the recommendation."""

    question: str
    before: PlainAnswer = Field(alias="from")
    after: PlainAnswer = Field(alias="to")
    recommendation: Recommendation


class AnswerChange(Part):
    question: str
    before: PlainAnswer = Field(alias="from")
    after: PlainAnswer = Field(alias="to")


class FlipTogether(Part):
    """Answers that change the recommendation only together."""

    changes: list[AnswerChange]
    recommendation: Recommendation


class SmallestFlips(Part):
    """The fewest answers that have to change together for another recommendation."""

    size: int | None = Field(
        description="How many; null: nothing within three changes gives another recommendation. In a set each change "
        "is another option, none, one more or one fewer, each of another question."
    )
    count: int = Field(description="How many sets of that size there are.")
    examples: list[FlipTogether] = Field(description="The first of them; single changes stand in `flips`.")


class Tipping(Part):
    """The weight of a criterion at which the other framework gets ahead, the other weights in proportion."""

    criterion: str
    weight: float
    tips_at: float | None = Field(
        description="Where the scores are level: the other framework is ahead beyond it, or below it when it is less "
        "than the present weight. Null where no weight of this criterion makes them level."
    )


class DecisiveClaim(Part):
    """A claim that, if it were false, would give another recommendation."""

    claim: str
    statement: str
    recommendation: Recommendation


class OptionEffect(Part):
    option: str
    recommendation: Recommendation


class QuestionEffect(Part):
    """An open question, and whom each single option would recommend."""

    question: str
    moves: float = Field(description="By how much it would change a framework's acceptability at most, about.")
    changes_recommendation: bool
    options: list[OptionEffect]


class UncertaintyPart(Part, strict=True):
    """What the acceptability takes as uncertain, besides open questions."""

    weights: bool
    evidence: bool


class Robustness(Part):
    """How sure the advice is, and of what that depends."""

    error: float = Field(description="One standard error of the acceptability, from the number of samples.")
    samples: int
    seed: int
    uncertain: UncertaintyPart
    everything: Pair = Field(description="The acceptability with weights and evidence uncertain; it sets the strength.")
    weights_alone: Pair
    evidence_alone: Pair
    any_weights: Pair = Field(description="With every weighting of the criteria equally likely, and nothing else open.")
    open_spread: float = Field(description="One standard deviation of the margin that open questions leave.")
    dissent: list[str] = Field(
        description="Ways of adding up that prefer the other framework; together they lower the word by one step."
    )
    smallest_flips: SmallestFlips
    tipping: list[Tipping]
    decisive_claims: list[DecisiveClaim]
    open_questions: list[QuestionEffect] = Field(description="The one that can change most comes first.")
    settled: bool = Field(description="No single answer that is left can change the recommendation.")
