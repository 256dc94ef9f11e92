"""Arguments, put together for an advice: each with the statements that make it."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import fsum

from app.advice.model.evidence import Evidence
from app.advice.model.scoring import Contribution, Scored
from app.advice.schema.of_claims import claim_fields
from app.advice.schema.reasons import Difference, DifferingStatement, Reason, Statement
from app.knowledge.base import Knowledge
from app.knowledge.models import PRECEDENTS, Claim, ClaimStatus

NEAREST = 5
"""How many decisions of real projects a reason shows; all of them count."""

NEGLIGIBLE = 1e-12
SIGNS = {"pytorch": 1.0, "tensorflow": -1.0, "level": 0.0, "api": 0.0}


def reasons(knowledge: Knowledge, contributions: Sequence[Contribution], today: date) -> list[Reason]:
    """The arguments, largest contribution first; equal ones in the order of the rules.

    An argument with statements for both frameworks is a reason for each.
    """
    groups: dict[tuple[str, str], list[Contribution]] = {}
    for contribution in sorted(contributions, key=lambda c: (-c.amount, -c.evidence.amount)):
        groups.setdefault((_point(contribution.evidence), contribution.evidence.side), []).append(contribution)
    found = [_reason(knowledge, group, today) for group in groups.values()]
    return sorted(found, key=lambda reason: -reason.contribution)


def _reason(knowledge: Knowledge, group: Sequence[Contribution], today: date) -> Reason:
    shown = group[:NEAREST] if group[0].evidence.claim.criterion == PRECEDENTS else group
    statements = [_statement(knowledge, contribution, today) for contribution in shown]
    first, evidence = statements[0], group[0].evidence
    return Reason(
        argument=_point(evidence),
        name=_name(knowledge, evidence.claim),
        criterion=first.criterion,
        favours=first.favours,
        contribution=fsum(one.amount for one in group),
        claim=first.claim,
        statement=first.statement,
        status=first.status,
        sources=first.sources,
        statements=statements,
    )


def _statement(knowledge: Knowledge, contribution: Contribution, today: date) -> Statement:
    evidence = contribution.evidence
    return Statement(
        **claim_fields(knowledge, evidence.claim, today),
        favours="neither" if evidence.side == "level" else evidence.side,
        contribution=contribution.amount,
        strength=evidence.claim.strength,
        trust=evidence.trust,
        speaks_for_keras=evidence.claim.favours == "keras",
    )


def _point(evidence: Evidence) -> str:
    """The argument of a piece; all precedents make one, to which each of them adds."""
    return PRECEDENTS if evidence.claim.criterion == PRECEDENTS else evidence.argument


def _name(knowledge: Knowledge, claim: Claim) -> str:
    """The point that a claim makes, in a few words; the statement of a claim that belongs to no argument."""
    if claim.criterion == PRECEDENTS:
        return knowledge.criteria[PRECEDENTS].name
    argument = knowledge.arguments.get(claim.argument) if claim.argument else None
    return argument.name if argument else claim.statement


def differences(knowledge: Knowledge, before: Scored, after: Scored) -> list[Difference]:
    """The arguments that move the margin differently: the largest first, equal ones in the order of the criteria.

    Args:
        knowledge: the rules with the names of the arguments.
    """
    here, there = _by_argument(before), _by_argument(after)
    found = [_difference(knowledge, id, here.get(id, []), there.get(id, [])) for id in {**there, **here}]
    telling = [one for one in found if abs(one.after - one.before) > NEGLIGIBLE]
    return sorted(telling, key=lambda one: -abs(one.after - one.before))


def _by_argument(scored: Scored) -> Mapping[str, list[Contribution]]:
    """Argument → its contributions for either framework. Those that find the frameworks level move no margin."""
    found: dict[str, list[Contribution]] = {}
    for contribution in scored.contributions:
        if SIGNS[contribution.evidence.side] and contribution.amount > 0:
            found.setdefault(_point(contribution.evidence), []).append(contribution)
    return found


def _difference(
    knowledge: Knowledge, id: str, before: Sequence[Contribution], after: Sequence[Contribution]
) -> Difference:
    claims = {one.evidence.claim.id: one.evidence.claim for one in [*before, *after]}
    first = next(iter(claims.values()))
    counting = [{one.evidence.claim.id for one in contributions} for contributions in (before, after)]
    return Difference(
        argument=id,
        name=_name(knowledge, first),
        criterion=first.criterion,
        before=_move(before),
        after=_move(after),
        statements=[
            DifferingStatement(
                claim=claim.id,
                statement=claim.statement,
                status=_status(knowledge, claim),
                favours=claim.favours,
                before=claim.id in counting[0],
                after=claim.id in counting[1],
            )
            for claim in claims.values()
        ],
    )


def _status(knowledge: Knowledge, claim: Claim) -> ClaimStatus:
    """The status in the rules at hand, also of a claim that counts only in the advice compared with."""
    known = knowledge.claims.get(claim.id)
    return known.status if known else claim.status


def _move(contributions: Sequence[Contribution]) -> float:
    """What an argument adds to the margin: positive for PyTorch, negative for TensorFlow."""
    return fsum(SIGNS[one.evidence.side] * one.amount for one in contributions)
