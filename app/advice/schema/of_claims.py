"""Claims, criteria, constraints and cautions, put together for an advice."""

from collections.abc import Sequence
from datetime import date
from math import fsum
from typing import TypedDict

from app.advice.model.evidence import Evidence
from app.advice.model.scoring import Contribution, CriterionScore
from app.advice.model.weights import Raise, raises
from app.advice.robustness.decision import Case
from app.advice.schema.advice import (
    ApiLayer,
    CitedAlternative,
    CitedCaution,
    CitedClaim,
    CitedSource,
    LocalCheck,
    NamedComponent,
    RaisedBy,
    Reason,
    SetAside,
    StandingConstraint,
    Statement,
    WeighedCriterion,
)
from app.advice.schema.base import PerFramework
from app.advice.schema.of_checks import can_be_checked, local_check
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.models import PRECEDENTS, Citation, Claim, ClaimKind, ClaimStatus, Component, Constraint

NEAREST = 5
"""How many decisions of real projects a reason shows; all of them count."""


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
    return CitedClaim(**_fields(knowledge, claim, today))


def _fields(knowledge: Knowledge, claim: Claim, today: date) -> ClaimFields:
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


def reasons(knowledge: Knowledge, contributions: Sequence[Contribution], today: date) -> list[Reason]:
    """The arguments, largest contribution first; equal ones in the order of the rules."""
    groups: dict[tuple[str, str], list[Contribution]] = {}
    for contribution in sorted(contributions, key=lambda c: (-c.amount, -c.evidence.amount)):
        groups.setdefault((_point(contribution.evidence), contribution.evidence.side), []).append(contribution)
    found = [_reason(knowledge, group, today) for group in groups.values()]
    return sorted(found, key=lambda reason: -reason.contribution)


def _point(evidence: Evidence) -> str:
    """The argument of a piece; all precedents make one, to which each of them adds."""
    return PRECEDENTS if evidence.claim.criterion == PRECEDENTS else evidence.argument


def _reason(knowledge: Knowledge, group: Sequence[Contribution], today: date) -> Reason:
    shown = group[:NEAREST] if group[0].evidence.claim.criterion == PRECEDENTS else group
    statements = [_statement(knowledge, contribution, today) for contribution in shown]
    first, point = statements[0], _point(group[0].evidence)
    named = knowledge.arguments.get(point) or (knowledge.criteria[PRECEDENTS] if point == PRECEDENTS else None)
    return Reason(
        argument=point,
        name=named.name if named else first.statement,
        criterion=first.criterion,
        favours=first.favours,
        contribution=fsum(one.amount for one in group),
        statements=statements,
    )


def _statement(knowledge: Knowledge, contribution: Contribution, today: date) -> Statement:
    evidence = contribution.evidence
    return Statement(
        **_fields(knowledge, evidence.claim, today),
        favours="neither" if evidence.side == "level" else evidence.side,
        contribution=contribution.amount,
        strength=evidence.claim.strength,
        trust=evidence.trust,
        speaks_for_keras=evidence.claim.favours == "keras",
    )


def set_aside(knowledge: Knowledge, claim: Claim, today: date) -> SetAside:
    return SetAside(**_fields(knowledge, claim, today), favours=claim.favours)


def api_layer(knowledge: Knowledge, evidence: Sequence[Evidence], today: date) -> ApiLayer:
    """The evidence for Keras as an API, under either policy."""
    pieces = [e for e in evidence if e.claim.favours == "keras" and e.amount > 0]
    return ApiLayer(
        evidence=fsum(e.amount for e in pieces),
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
