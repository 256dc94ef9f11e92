"""Answers in, advice out. Pure: the day is an argument, and nothing is read or written."""

from dataclasses import replace
from datetime import date

from app.advice.model.answers import Answers
from app.advice.model.priorities import NONE
from app.advice.permalinks import Made, permalink
from app.advice.preferences import Wishes
from app.advice.robustness.decision import Case, Decision, decide
from app.advice.robustness.recommendation import Recommendation
from app.advice.schema.advice import (
    Advice,
    Afresh,
    AsShipped,
    ByDefault,
    Continuity,
    OtherPolicy,
    OverlayPart,
    Permalinks,
)
from app.advice.schema.of_checks import checking
from app.advice.schema.of_claims import (
    api_layer,
    cautions,
    claim_part,
    constraint_part,
    criteria,
    reasons,
    set_aside,
    verdict_fields,
)
from app.advice.schema.of_difference import differences
from app.advice.schema.of_robustness import flips_of, neighbourhood_of, pair, robustness_of
from app.advice.stack import stack
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.evidence_overlay import with_local_evidence
from app.knowledge.local_evidence import AS_SHIPPED, LocalEvidence
from app.knowledge.models import PolicyId

CODEBASE = "codebase"
"""The question whose answer is weighed as continuity, and left out to advise as if starting afresh."""

CONTINUITY = "continuity"
"""The criterion whose claims say what a team keeps by staying."""


def advise(
    shipped: Knowledge, answers: Answers, wishes: Wishes, today: date, evidence: LocalEvidence = AS_SHIPPED
) -> Advice:
    """The recommendation for these answers, with its whole working, as of a day.

    Args:
        evidence: what this server has found out itself; it stands over what the rules say.
    """
    knowledge = with_local_evidence(shipped, evidence)
    policy, chosen = wishes.policy, answers.sets
    case = Case(knowledge, policy, today, wishes.priorities)
    here, there = decide(case, chosen), decide(case.under(_other(policy)), chosen)
    layer = api_layer(knowledge, here.scored.evidence, today)
    around = neighbourhood_of(here)
    return Advice(
        **verdict_fields(here),
        acceptability=pair(here.share(wishes.uncertain)),
        flips=flips_of(here, around),
        robustness=robustness_of(knowledge, here, wishes.uncertain, around),
        priorities=dict(wishes.priorities.factors),
        by_default=_by_default(case, chosen),
        neutral=here.scored.neutral,
        constraints=[constraint_part(knowledge, constraint) for constraint in here.constraints],
        cautions=cautions(knowledge, chosen),
        criteria=criteria(case, chosen, here.scored.criteria),
        reasons=reasons(knowledge, here.scored.contributions, today),
        set_aside=[set_aside(knowledge, e.claim, today) for e in here.scored.evidence if e.amount == 0],
        api_layer=layer,
        stack=stack(knowledge, chosen, policy, here.verdict.recommendation, layer.evidence, today),
        policy=policy,
        documents_said=_changed(here, there),
        other_policy=OtherPolicy(
            policy=_other(policy),
            **verdict_fields(there),
            constraints=[constraint_part(knowledge, constraint) for constraint in there.constraints],
            differences=differences(knowledge.claims, here.scored, there.scored),
        ),
        continuity=_continuity(case, answers, here),
        answers=answers.plain(knowledge),
        checking=checking(knowledge, here.scored),
        as_shipped=_as_shipped(case, shipped, answers, here),
        verdicts_revision=evidence.revision,
        permalink=permalink(answers, wishes),
        permalinks=Permalinks(
            shipped=permalink(answers, wishes, 0),
            here=permalink(answers, wishes, evidence.revision),
            kept=permalink(answers, wishes, evidence.revision, Made(knowledge.version, today)),
        ),
        as_of=today,
        rules_version=knowledge.version,
        overlay=[OverlayPart(collection=c.collection, id=c.id, action=c.action) for c in knowledge.overlay],
    )


def _other(policy: PolicyId) -> PolicyId:
    return "documents" if policy == "today" else "today"


def _changed(here: Decision, there: Decision) -> Recommendation | None:
    """The recommendation under the other policy, where it differs."""
    said = there.verdict.recommendation
    return said if said != here.verdict.recommendation else None


def _by_default(case: Case, chosen: Chosen) -> ByDefault | None:
    if not case.priorities:
        return None
    decision = decide(replace(case, priorities=NONE), chosen)
    weights = {criterion.criterion: criterion.weight for criterion in decision.scored.criteria}
    return ByDefault(**verdict_fields(decision), acceptability=pair(decision.won), weights=weights)


def _as_shipped(case: Case, shipped: Knowledge, answers: Answers, here: Decision) -> AsShipped | None:
    """The advice without this server's verdicts; None where they change nothing."""
    if case.knowledge is shipped:
        return None
    decision = decide(replace(case, knowledge=shipped), answers.sets)
    changes = differences(case.knowledge.claims, here.scored, decision.scored)
    return AsShipped(**verdict_fields(decision), differences=changes) if changes else None


def _continuity(case: Case, answers: Answers, staying: Decision) -> Continuity | None:
    """The advice with the code that exists against the advice without it; None when there is none to keep."""
    codebase = answers.chosen.get(CODEBASE, ("none",))[0]
    if codebase == "none":
        return None
    afresh = decide(case, answers.without(CODEBASE).sets)
    return Continuity(
        codebase=codebase,
        staying=staying.verdict.recommendation,
        afresh=Afresh(**verdict_fields(afresh)),
        costs=[
            claim_part(case.knowledge, piece.claim, case.today)
            for piece in staying.scored.evidence
            if piece.claim.criterion == CONTINUITY
        ],
    )
