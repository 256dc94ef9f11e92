"""Answers in, advice out. Pure: the day is an argument, and nothing is read or written."""

from collections.abc import Sequence
from datetime import date
from math import fsum

from app.advice.answers import Answers, permalink
from app.advice.checking import as_shipped, can_be_checked, checked_part, checking
from app.advice.comparison import differences
from app.advice.evidence import Evidence
from app.advice.models import (
    Advice,
    Afresh,
    ApiLayer,
    AsShipped,
    CautionPart,
    CitedSource,
    ClaimPart,
    ConstraintPart,
    Continuity,
    CriterionPart,
    NamedComponent,
    OtherPolicy,
    OverlayPart,
    Pair,
    Permalinks,
    RaisedBy,
    Reason,
    SetAside,
)
from app.advice.scoring import Contribution, CriterionScore, Scored, score
from app.advice.stack import stack
from app.advice.verdict import Verdict, standing_constraints, verdict
from app.advice.weights import raises
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.findings import AS_SHIPPED, Findings, with_findings
from app.knowledge.models import Citation, Claim, Component, Constraint, PolicyId

CODEBASE = "codebase"
"""The question whose answer is weighed as continuity, and left out to advise as if starting afresh."""


def advise(
    shipped: Knowledge, answers: Answers, policy: PolicyId, today: date, findings: Findings = AS_SHIPPED
) -> Advice:
    """The recommendation for these answers under a policy, with its whole working, as of a day.

    Args:
        findings: what this server has found out itself; it stands over what the rules say.
    """
    knowledge = with_findings(shipped, findings)
    chosen = answers.sets
    other: PolicyId = "documents" if policy == "today" else "today"
    scored, constraints, decided = _decide(knowledge, chosen, policy, today)
    scored_there, constraints_there, decided_there = _decide(knowledge, chosen, other, today)
    api_layer = _api_layer(knowledge, scored.evidence, today)
    changed = decided.recommendation != decided_there.recommendation
    return Advice(
        recommendation=decided.recommendation,
        strength=decided.strength,
        decided_by=decided.decided_by,
        scores=Pair(**scored.scores),
        neutral=scored.neutral,
        constraints=[_constraint_part(knowledge, constraint) for constraint in constraints],
        cautions=_cautions(knowledge, chosen),
        criteria=[_criterion_part(knowledge, chosen, criterion) for criterion in scored.criteria],
        reasons=_reasons(knowledge, scored.contributions, today),
        set_aside=[_set_aside(knowledge, e.claim, today) for e in scored.evidence if e.amount == 0],
        api_layer=api_layer,
        stack=stack(knowledge, chosen, policy, decided.recommendation, api_layer.evidence, today),
        policy=policy,
        documents_said=decided_there.recommendation if changed else None,
        other_policy=OtherPolicy(
            policy=other,
            recommendation=decided_there.recommendation,
            strength=decided_there.strength,
            decided_by=decided_there.decided_by,
            constraints=[_constraint_part(knowledge, constraint) for constraint in constraints_there],
            scores=Pair(**scored_there.scores),
            differences=differences(knowledge, scored, scored_there),
        ),
        continuity=_continuity(knowledge, answers, policy, today, decided),
        answers=answers.plain(knowledge),
        checking=checking(knowledge, scored),
        as_shipped=_as_shipped(knowledge, shipped, answers, policy, today, scored),
        verdicts_revision=findings.revision,
        permalink=permalink(answers, policy),
        permalinks=Permalinks(
            shipped=permalink(answers, policy, 0), here=permalink(answers, policy, findings.revision)
        ),
        as_of=today,
        rules_version=knowledge.version,
        overlay=[OverlayPart(collection=c.collection, id=c.id, action=c.action) for c in knowledge.overlay],
    )


def _decide(
    knowledge: Knowledge, chosen: Chosen, policy: PolicyId, today: date
) -> tuple[Scored, list[Constraint], Verdict]:
    scored = score(knowledge, chosen, knowledge.policies[policy], today)
    constraints = standing_constraints(knowledge, chosen, knowledge.policies[policy], today)
    return scored, constraints, verdict(knowledge.scoring, scored, constraints)


def _as_shipped(
    knowledge: Knowledge, shipped: Knowledge, answers: Answers, policy: PolicyId, today: date, scored: Scored
) -> AsShipped | None:
    if knowledge is shipped:
        return None
    scored_there, _, decided = _decide(shipped, answers.sets, policy, today)
    return as_shipped(knowledge, scored, scored_there, decided)


def _cited(citations: Sequence[Citation]) -> list[CitedSource]:
    return [CitedSource(id=citation.id, section=citation.section) for citation in citations]


def _named(component: Component) -> NamedComponent:
    return NamedComponent(id=component.id, name=component.name, state=component.state)


def _claim_part(knowledge: Knowledge, claim: Claim, today: date) -> ClaimPart:
    return ClaimPart(
        claim=claim.id,
        criterion=claim.criterion,
        statement=claim.statement,
        kind=claim.kind,
        status=claim.status,
        finding=claim.finding,
        succeeded_by=claim.succeeded_by,
        sources=_cited(claim.sources),
        components=[_named(knowledge.components[id]) for id in claim.components],
        review_due=claim.days_overdue(today) > 0,
        checked_on=claim.checked_on,
        checked_here=checked_part(knowledge, claim),
        probe=claim.probe if can_be_checked(claim) else None,
    )


def _reasons(knowledge: Knowledge, contributions: Sequence[Contribution], today: date) -> list[Reason]:
    """Largest contribution first; equal ones in the order of the rules."""
    return [_reason(knowledge, contribution, today) for contribution in sorted(contributions, key=lambda c: -c.amount)]


def _reason(knowledge: Knowledge, contribution: Contribution, today: date) -> Reason:
    evidence = contribution.evidence
    return Reason(
        **vars(_claim_part(knowledge, evidence.claim, today)),
        favours="neither" if evidence.side == "level" else evidence.side,
        contribution=contribution.amount,
        strength=evidence.claim.strength,
        trust=evidence.trust,
        speaks_for_keras=evidence.claim.favours == "keras",
    )


def _set_aside(knowledge: Knowledge, claim: Claim, today: date) -> SetAside:
    return SetAside(**vars(_claim_part(knowledge, claim, today)), favours=claim.favours)


def _api_layer(knowledge: Knowledge, evidence: Sequence[Evidence], today: date) -> ApiLayer:
    """The evidence for Keras as an API, whatever the policy counts it for."""
    pieces = [e for e in evidence if e.claim.favours == "keras" and e.amount > 0]
    return ApiLayer(
        evidence=fsum(e.amount for e in pieces),
        reasons=[_set_aside(knowledge, e.claim, today) for e in sorted(pieces, key=lambda e: -e.amount)],
    )


def _criterion_part(knowledge: Knowledge, chosen: Chosen, scored: CriterionScore) -> CriterionPart:
    criterion = knowledge.criteria[scored.criterion]
    raised = raises(knowledge, chosen, criterion.id)
    return CriterionPart(
        id=criterion.id,
        name=criterion.name,
        weight=scored.weight,
        base_points=criterion.weight,
        raised_by=[RaisedBy(question=r.question, option=r.option, points=r.points) for r in raised],
        scores=Pair(**scored.scores),
    )


def _constraint_part(knowledge: Knowledge, constraint: Constraint) -> ConstraintPart:
    return ConstraintPart(
        id=constraint.id,
        claim=constraint.claim,
        requires=constraint.requires,
        text=constraint.text,
        lifted_by=constraint.lifted_by,
        sources=_cited(knowledge.claims[constraint.claim].sources),
    )


def _cautions(knowledge: Knowledge, chosen: Chosen) -> list[CautionPart]:
    return [
        CautionPart(id=caution.id, text=caution.text, sources=_cited(caution.sources))
        for caution in knowledge.cautions.values()
        if caution.when.holds(chosen)
    ]


def _continuity(
    knowledge: Knowledge, answers: Answers, policy: PolicyId, today: date, staying: Verdict
) -> Continuity | None:
    """The advice with the code that exists against the advice without it; None when there is none to keep."""
    codebase = answers.chosen.get(CODEBASE, ("none",))[0]
    if codebase == "none":
        return None
    scored, _, decided = _decide(knowledge, answers.without(CODEBASE).sets, policy, today)
    afresh = Afresh(
        recommendation=decided.recommendation,
        strength=decided.strength,
        decided_by=decided.decided_by,
        scores=Pair(**scored.scores),
    )
    return Continuity(codebase=codebase, staying=staying.recommendation, afresh=afresh)
