"""Claims, criteria, constraints and cautions, put together for an advice."""

from collections.abc import Sequence
from datetime import date
from math import fsum
from typing import TypedDict

from app.advice.model.evidence import Evidence
from app.advice.model.scoring import CriterionScore, counting
from app.advice.model.weights import Raise, raises
from app.advice.robustness.decision import Case
from app.advice.schema.advice import CitedAlternative, CitedCaution, RaisedBy, StandingConstraint, WeighedCriterion
from app.advice.schema.base import PerFramework
from app.advice.schema.of_checks import can_be_checked, local_check
from app.advice.schema.reasons import (
    ApiLayer,
    CitedClaim,
    CitedSource,
    LocalCheck,
    NamedComponent,
    SetAside,
)
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.models import Citation, Claim, ClaimKind, ClaimStatus, Component, Constraint, PathConstraint


class ClaimFields(TypedDict):
    """The fields of a `CitedClaim`, so that the type checker knows them where a subclass is made."""

    claim: str
    criterion: str
    statement: str
    kind: ClaimKind
    status: ClaimStatus
    note: str | None
    succeeded_by: str | None
    sources: list[CitedSource]
    components: list[NamedComponent]
    review_due: bool
    checked_on: date | None
    checked_here: LocalCheck | None
    probe: str | None


def _cited(citations: Sequence[Citation]) -> list[CitedSource]:
    return [CitedSource(id=citation.id, section=citation.section) for citation in citations]


def _named(component: Component) -> NamedComponent:
    return NamedComponent(id=component.id, name=component.name, state=component.state)


def cited_claim(knowledge: Knowledge, claim: Claim, today: date) -> CitedClaim:
    return CitedClaim(**claim_fields(knowledge, claim, today))


def claim_fields(knowledge: Knowledge, claim: Claim, today: date) -> ClaimFields:
    """A claim as an advice names it."""
    return {
        "claim": claim.id,
        "criterion": claim.criterion,
        "statement": claim.statement,
        "kind": claim.kind,
        "status": claim.status,
        "note": claim.note,
        "succeeded_by": claim.succeeded_by,
        "sources": _cited(claim.sources),
        "components": [_named(knowledge.components[id]) for id in claim.components],
        "review_due": claim.days_overdue(today) > 0,
        "checked_on": claim.checked_on,
        "checked_here": local_check(knowledge, claim),
        "probe": claim.probe if can_be_checked(claim) else None,
    }


def set_aside(knowledge: Knowledge, claim: Claim, today: date) -> SetAside:
    return SetAside(**claim_fields(knowledge, claim, today), favours=claim.favours)


def api_layer(case: Case, evidence: Sequence[Evidence]) -> ApiLayer:
    """The evidence for Keras as an API, under either policy; restatements count as they do in the scores."""
    knowledge, today = case.knowledge, case.today
    pieces = [e for e in evidence if e.claim.favours == "keras" and e.side != "level" and e.amount > 0]
    return ApiLayer(
        evidence=fsum(e.amount for e in counting(knowledge.policies[case.policy], pieces)),
        reasons=[set_aside(knowledge, e.claim, today) for e in sorted(pieces, key=lambda e: -e.amount)],
    )


def criteria(case: Case, chosen: Chosen, scored: Sequence[CriterionScore]) -> list[WeighedCriterion]:
    """The criteria that take part, in the order of the rules."""
    raised = raises(case.knowledge, chosen)
    return [_criterion(case, one, raised.get(one.criterion, ())) for one in scored]


def _criterion(case: Case, scored: CriterionScore, raised: Sequence[Raise]) -> WeighedCriterion:
    criterion = case.knowledge.criteria[scored.criterion]
    return WeighedCriterion(
        id=criterion.id,
        name=criterion.name,
        weight=scored.weight,
        base_points=criterion.weight,
        raised_by=[RaisedBy(question=r.question, option=r.option, points=r.points) for r in raised],
        priority=case.priorities.of(criterion.id),
        scores=PerFramework.of_scores(scored.scores),
    )


def standing_constraint(knowledge: Knowledge, constraint: Constraint) -> StandingConstraint:
    return StandingConstraint(
        id=constraint.id,
        claim=constraint.claim,
        place=constraint.place if isinstance(constraint, PathConstraint) else None,
        requires=constraint.requires,
        text=constraint.text,
        lifted_by=constraint.lifted_by,
        sources=_cited(knowledge.claims[constraint.claim].sources),
    )


def cautions(knowledge: Knowledge, chosen: Chosen) -> list[CitedCaution]:
    return [
        CitedCaution(id=caution.id, text=caution.text, sources=_cited(caution.sources))
        for caution in knowledge.cautions.values()
        if caution.when.holds(chosen)
    ]


def alternatives(knowledge: Knowledge, chosen: Chosen) -> list[CitedAlternative]:
    """What else to look at with these answers."""
    return [
        CitedAlternative(id=one.id, name=one.name, text=one.text, sources=_cited(one.sources))
        for one in knowledge.alternatives.values()
        if one.when.holds(chosen)
    ]
