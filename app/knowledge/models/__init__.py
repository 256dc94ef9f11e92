"""The frozen models that every entry of `rules/` is read into."""

from app.knowledge.models.arguments import Argument, Sides
from app.knowledge.models.base import (
    FRAMEWORKS,
    NAMES,
    Citation,
    Citations,
    Dated,
    Entry,
    Favours,
    Framework,
    Id,
    Ids,
    Points,
    PolicyId,
    Share,
    Source,
    SourceKind,
    Text,
)
from app.knowledge.models.claims import OTHER_HALF, Claim, ClaimKind, ClaimStatus, ShippedVerdict, Workload
from app.knowledge.models.facts import FactCheck
from app.knowledge.models.gates import Alternative, Caution, Constraint
from app.knowledge.models.paths import Limit, ModelPath, PathConstraint, Place, Step
from app.knowledge.models.policies import Ageing, Grounds, Nearness, Policy, Scoring, Staleness
from app.knowledge.models.precedents import PRECEDENTS, PROJECTS, Precedent, PrecedentChoice, PrecedentKind
from app.knowledge.models.questionnaire import Criterion, Option, Question
from app.knowledge.models.stack import Component, ComponentState, Pick, Role

__all__ = [
    "FRAMEWORKS",
    "NAMES",
    "OTHER_HALF",
    "PRECEDENTS",
    "PROJECTS",
    "Ageing",
    "Alternative",
    "Argument",
    "Caution",
    "Citation",
    "Citations",
    "Claim",
    "ClaimKind",
    "ClaimStatus",
    "Component",
    "ComponentState",
    "Constraint",
    "Criterion",
    "Dated",
    "Entry",
    "FactCheck",
    "Favours",
    "Framework",
    "Grounds",
    "Id",
    "Ids",
    "Limit",
    "ModelPath",
    "Nearness",
    "Option",
    "PathConstraint",
    "Pick",
    "Place",
    "Points",
    "Policy",
    "PolicyId",
    "Precedent",
    "PrecedentChoice",
    "PrecedentKind",
    "Question",
    "Role",
    "Scoring",
    "Share",
    "ShippedVerdict",
    "Sides",
    "Source",
    "SourceKind",
    "Staleness",
    "Step",
    "Text",
    "Workload",
]
