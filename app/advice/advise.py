"""Answers in, advice out. Pure: the day is an argument, and nothing is read or written."""

from dataclasses import replace
from datetime import date

from app.advice.headline import headline_of
from app.advice.model.answers import Answers
from app.advice.model.priorities import NONE
from app.advice.preferences import Preferences
from app.advice.query import AdviceQuery
from app.advice.query_fields import MadeWith
from app.advice.robustness.decision import Case, Decision, decide
from app.advice.robustness.recommendation import Choice
from app.advice.schema.advice import (
    Advice,
    AsShipped,
    ByDefault,
    OtherPolicy,
    OverlayEntry,
    Permalinks,
)
from app.advice.schema.base import PerFramework, decision_fields
from app.advice.schema.of_arguments import differences, reasons
from app.advice.schema.of_checks import checking
from app.advice.schema.of_claims import (
    alternatives,
    api_layer,
    cautions,
    criteria,
    set_aside,
    standing_constraint,
)
from app.advice.schema.of_continuity import continuity_of
from app.advice.schema.of_precedents import nearest_precedents
from app.advice.schema.of_robustness import flips_of, neighbourhood_of, robustness_of
from app.advice.ship import ship
from app.advice.stack import stack
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.evidence_overlay import with_local_evidence
from app.knowledge.local_evidence import AS_SHIPPED, LocalEvidence
from app.knowledge.models import PolicyId


def advise(
    shipped: Knowledge, answers: Answers, preferences: Preferences, today: date, evidence: LocalEvidence = AS_SHIPPED
) -> Advice:
    """The recommendation for these answers, with its whole working, as of a day.

    Args:
        evidence: what this server has found out itself; it overrides the rules.
    """
    knowledge, chosen = with_local_evidence(shipped, evidence), answers.sets
    case = Case(knowledge, preferences.policy, today, preferences.priorities)
    decision, query = decide(case, chosen), AdviceQuery(answers, preferences)
    other_policy = _other_policy(case, chosen, decision)
    layer = api_layer(case, decision.scored.evidence)
    around = neighbourhood_of(decision)
    return Advice(
        **decision_fields(decision),
        headline=headline_of(decision.recommendation, chosen),
        acceptability=PerFramework.of_shares(decision.share(preferences.uncertain)),
        flips=flips_of(decision, around),
        robustness=robustness_of(knowledge, chosen, decision, preferences, around),
        priorities=dict(preferences.priorities.factors),
        by_default=_by_default(case, chosen),
        neutral=decision.scored.neutral,
        constraints=[standing_constraint(knowledge, constraint) for constraint in decision.constraints],
        cautions=cautions(knowledge, chosen),
        alternatives=alternatives(knowledge, chosen),
        criteria=criteria(case, chosen, decision.scored.criteria),
        reasons=reasons(knowledge, decision.scored.contributions, today),
        set_aside=[set_aside(knowledge, e.claim, today) for e in decision.scored.evidence if e.amount == 0],
        api_layer=layer,
        precedents=nearest_precedents(knowledge, decision, chosen),
        stack=stack(case, chosen, decision.recommendation.choice, layer.evidence),
        ship=ship(knowledge, chosen, decision.recommendation.choice, today),
        policy=preferences.policy,
        other_recommendation=_unless_same(other_policy.recommendation, decision.recommendation.choice),
        other_policy=other_policy,
        continuity=continuity_of(case, answers, decision),
        answers=answers.plain(knowledge),
        checking=checking(knowledge, decision.scored),
        as_shipped=_as_shipped(case, shipped, chosen, decision),
        verdicts_revision=evidence.revision,
        permalink=query.link(),
        permalinks=_permalinks(query, evidence.revision, MadeWith(knowledge.version, today)),
        as_of=today,
        rules_version=knowledge.version,
        overlay=[OverlayEntry(collection=c.collection, id=c.id, action=c.action) for c in knowledge.overlay],
    )


def _other_policy(case: Case, chosen: Chosen, decision: Decision) -> OtherPolicy:
    knowledge, policy = case.knowledge, _other(case.policy)
    other = decide(case.under(policy), chosen)
    return OtherPolicy(
        **decision_fields(other),
        policy=policy,
        constraints=[standing_constraint(knowledge, constraint) for constraint in other.constraints],
        differences=differences(knowledge, before=other.scored, after=decision.scored),
    )


def _other(policy: PolicyId) -> PolicyId:
    return "documents" if policy == "today" else "today"


def _unless_same(choice: Choice, as_this: Choice) -> Choice | None:
    return choice if choice != as_this else None


def _permalinks(query: AdviceQuery, revision: int, made_with: MadeWith) -> Permalinks:
    return Permalinks(
        shipped=query.counting(0).link(),
        here=query.counting(revision).link(),
        kept=query.counting(revision, made_with).link(),
    )


def _by_default(case: Case, chosen: Chosen) -> ByDefault | None:
    if not case.priorities:
        return None
    decision = decide(replace(case, priorities=NONE), chosen)
    weights = {criterion.criterion: criterion.weight for criterion in decision.scored.criteria}
    return ByDefault(**decision_fields(decision), acceptability=PerFramework.of_shares(decision.won), weights=weights)


def _as_shipped(case: Case, shipped: Knowledge, chosen: Chosen, decision: Decision) -> AsShipped | None:
    """The advice without this server's verdicts; None where they change nothing."""
    if case.knowledge is shipped:
        return None
    without = decide(replace(case, knowledge=shipped), chosen)
    changes = differences(case.knowledge, before=without.scored, after=decision.scored)
    return AsShipped(**decision_fields(without), differences=changes) if changes else None
