"""The recommended stack: for each role the first pick that fits, with today's state of its component."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from app.advice.robustness.decision import Case
from app.advice.robustness.recommendation import Choice
from app.advice.schema.advice import StackEntry, Successor
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.models import FRAMEWORKS, Framework, Pick, PolicyId


def stack(case: Case, chosen: Chosen, recommendation: Choice, keras_evidence: float) -> list[StackEntry]:
    """The stack for the recommended framework, or for both when either will do."""
    frameworks: Sequence[Framework] = FRAMEWORKS if recommendation == "either" else (recommendation,)
    return [
        _entry(case.knowledge, pick, case.today)
        for framework in frameworks
        for pick in _picks(case, chosen, framework, keras_evidence)
    ]


def _picks(case: Case, chosen: Chosen, framework: Framework, keras_evidence: float) -> Iterator[Pick]:
    taken = set[str]()
    for pick in _in_order(case.knowledge):
        if pick.framework == framework and pick.role not in taken and _fits(pick, chosen, case.policy, keras_evidence):
            taken.add(pick.role)
            yield pick


@lru_cache(maxsize=8)
def _in_order(knowledge: Knowledge) -> list[Pick]:
    """The picks by role, in the order of the roles; those of one role in the order of the rules."""
    roles = list(knowledge.roles)
    return sorted(knowledge.stack, key=lambda pick: roles.index(pick.role))


def _fits(pick: Pick, chosen: Chosen, policy: PolicyId, keras_evidence: float) -> bool:
    return (
        pick.policy in (policy, "both")
        and pick.when.holds(chosen)
        and (pick.keras_evidence is None or keras_evidence >= pick.keras_evidence)
    )


def _entry(knowledge: Knowledge, pick: Pick, today: date) -> StackEntry:
    component = knowledge.components[pick.component]
    return StackEntry(
        role=pick.role,
        role_name=knowledge.roles[pick.role].name,
        framework=pick.framework,
        component=component.id,
        name=component.name,
        state=component.state,
        status=component.status,
        note=pick.note,
        successor=component.successor,
        successors=[Successor(id=id, name=knowledge.components[id].name) for id in component.successors],
        checked_on=component.checked_on,
        review_due=component.days_overdue(today) > 0,
    )
