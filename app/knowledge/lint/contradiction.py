"""Rules that cannot both be right."""

from collections.abc import Iterator
from itertools import combinations

from app.errors import LintIssue
from app.knowledge.base import Knowledge
from app.knowledge.drafts import Drafts
from app.knowledge.lint.implication import condition_implies
from app.knowledge.lint.satisfiable import can_hold
from app.knowledge.lint.trusting_policies import policies_that_count
from app.knowledge.models import Claim, Constraint


def contradiction_issues(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    """Constraints that always clash where one of them stands, and claims in conflict that are both confirmed."""
    for one, other in combinations(knowledge.constraints.values(), 2):
        yield from _contradicting_constraints(knowledge, drafts, one, other)
    for claim, later in combinations(knowledge.claims.values(), 2):
        if _cannot_both_be_true(claim, later):
            message = f"is confirmed, and so is '{claim.id}', with which it is in conflict"
            yield drafts["claims"][later.id].issue("contradicting-claims", message, "conflicts_with")


def _contradicting_constraints(
    knowledge: Knowledge, drafts: Drafts, one: Constraint, other: Constraint
) -> Iterator[LintIssue]:
    """One issue a pair, about the one that never stands without the other."""
    if one.requires == other.requires or not _count_together(knowledge, one, other):
        return
    for narrow, wide in ((one, other), (other, one)):
        if can_hold(knowledge, narrow.when) and condition_implies(knowledge, narrow.when, wide.when):
            message = f"wherever it stands, '{wide.id}' stands too and requires the other framework"
            yield drafts["constraints"][narrow.id].issue("contradicting-constraints", message, "when")
            return


def _count_together(knowledge: Knowledge, one: Constraint, other: Constraint) -> bool:
    claims = (knowledge.claims[constraint.claim] for constraint in (one, other))
    return bool(set.intersection(*(set(policies_that_count(knowledge, claim)) for claim in claims)))


def _cannot_both_be_true(one: Claim, other: Claim) -> bool:
    """Whether both are confirmed though one names the other as in conflict with it.

    Where one probe's observation met the expectations of both, they do not contradict each other as they were tested:
    a framework may be faster, and both within a factor of two.
    """
    in_conflict = other.id in one.conflicts_with or one.id in other.conflicts_with
    tested_together = one.is_decided_by_running and other.is_decided_by_running and one.probe == other.probe
    return in_conflict and one.status == other.status == "confirmed" and not (tested_together and one.probe)
