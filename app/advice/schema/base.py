"""Bases of everything that an advice consists of."""

from collections.abc import Mapping
from typing import TypedDict

from pydantic import BaseModel, ConfigDict

from app.advice.robustness.acceptability import Acceptability
from app.advice.robustness.decision import Decision
from app.advice.robustness.recommendation import Choice, DecidedBy
from app.advice.robustness.thresholds import Strength
from app.knowledge.models import Framework


class Schema(BaseModel):
    """Base of every part of an advice."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True)


class PerFramework(Schema):
    """A number for each framework."""

    pytorch: float
    tensorflow: float

    @classmethod
    def of_scores(cls, scores: Mapping[Framework, float]) -> "PerFramework":
        return cls(pytorch=scores["pytorch"], tensorflow=scores["tensorflow"])

    @classmethod
    def of_shares(cls, won: Acceptability) -> "PerFramework":
        return cls(pytorch=won.pytorch, tensorflow=won.tensorflow)


class DecisionSchema(Schema):
    """The decision on an answer set; base of every part of an advice that holds one."""

    recommendation: Choice
    strength: Strength
    decided_by: DecidedBy
    scores: PerFramework


class DecisionFields(TypedDict):
    """The fields of a `DecisionSchema`, so that the type checker knows them where a subclass is made."""

    recommendation: Choice
    strength: Strength
    decided_by: DecidedBy
    scores: PerFramework


def decision_fields(decision: Decision) -> DecisionFields:
    return {
        "recommendation": decision.recommendation.choice,
        "strength": decision.recommendation.strength,
        "decided_by": decision.recommendation.decided_by,
        "scores": PerFramework.of_scores(decision.scored.scores),
    }
