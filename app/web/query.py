"""Query strings: which keys stand once, and which are answers."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import get_args

from app.advice.model.priorities import Priorities, parse_priorities
from app.advice.permalinks import CERTAIN, PRIORITY, Made
from app.advice.preferences import DEFAULT_POLICY
from app.advice.robustness.acceptability import Uncertainty
from app.errors import FieldProblem, InvalidFields, said_back
from app.knowledge.base import Knowledge
from app.knowledge.models import PolicyId

SHIPPED = "shipped"
"""Said instead of a revision: without this server's verdicts."""

MOST_DIGITS = 18

WISHES = ("policy", "verdicts", "rules", "on", CERTAIN)
"""Keys of a query that are no questions of the questionnaire, besides those of priorities."""

Items = Sequence[tuple[str, str]]
"""A query string as Starlette gives it: (key, value) in order, keys possibly repeated."""


def single_values(items: Items) -> dict[str, str]:
    """A query in which every key stands once.

    Raises:
        InvalidFields: naming each key that stands more than once.
    """
    values = dict(items)
    doubled = sorted(key for key in values if sum(other == key for other, _ in items) > 1)
    if doubled:
        raise InvalidFields([FieldProblem(said_back(key), "is given more than once") for key in doubled])
    return values


def raw_answers(items: Items, besides: Sequence[str] = ()) -> dict[str, list[str]]:
    """A query as answers: every key that may be a question's, but those `besides`, with all its values."""
    answers: dict[str, list[str]] = defaultdict(list)
    for key, value in items:
        if key not in (*WISHES, *besides) and not key.startswith(PRIORITY):
            answers[key].append(value)
    return dict(answers)


def other_wishes(items: Items) -> list[tuple[str, str]]:
    """What a query wants besides the policy, and that stays when an answer changes: priorities, what is certain, and
    whose verdicts count. Rules and day of a kept link do not: a changed answer is today's.
    """
    return [
        (key, value) for key, value in items if value and (key in (CERTAIN, "verdicts") or key.startswith(PRIORITY))
    ]


def policy_of(items: Items) -> PolicyId:
    """The policy that a query asks for, or the default.

    Raises:
        InvalidFields: when it is none, or given twice.
    """
    given = [value for key, value in items if key == "policy" and value]
    known: tuple[PolicyId, ...] = get_args(PolicyId)
    if not given:
        return DEFAULT_POLICY
    if len(given) > 1 or given[0] not in known:
        raise InvalidFields([FieldProblem("policy", "is not a policy, or is given twice", known)])
    return known[known.index(given[0])]


def priorities_of(knowledge: Knowledge, items: Items) -> Priorities:
    """A visitor's own priorities: `weight.speed-and-footprint=2`.

    Raises:
        InvalidFields: naming each that is no factor of a criterion, or stands twice.
    """
    given = [(key, value) for key, value in items if key.startswith(PRIORITY) and value]
    raw = {key.removeprefix(PRIORITY): value for key, value in single_values(given).items()}
    return parse_priorities(knowledge, raw, prefix=PRIORITY)


def uncertain_of(items: Items) -> Uncertainty:
    """What is uncertain: everything but what the query calls certain.

    Raises:
        InvalidFields: when it calls something certain that never is uncertain.
    """
    certain = [value for key, value in items if key == CERTAIN and value]
    if unknown := [value for value in certain if value not in ("weights", "evidence")]:
        problem = f"'{said_back(unknown[0])}' cannot be taken as certain"
        raise InvalidFields([FieldProblem(CERTAIN, problem, ("weights", "evidence"))])
    return Uncertainty(weights="weights" not in certain, evidence="evidence" not in certain)


def revision_of(items: Items) -> int | None:
    """Up to which of the server's findings its verdicts count: 0 for `shipped`, None for the newest.

    Raises:
        InvalidFields: when it is neither a number nor `shipped`, or given twice.
    """
    given = [value for key, value in items if key == "verdicts" and value]
    if not given:
        return None
    if len(given) == 1 and given[0] == SHIPPED:
        return 0
    if len(given) > 1 or not _is_revision(given[0]):
        raise InvalidFields([FieldProblem("verdicts", "must be the number of a finding, once", (SHIPPED,))])
    return int(given[0])


def made_of(items: Items) -> Made:
    """What a query says of the advice that it was made for.

    Raises:
        InvalidFields: when the version or the day cannot be one, or stands twice.
    """
    given = single_values([(key, value) for key, value in items if key in ("rules", "on") and value])
    rules, on = given.get("rules"), given.get("on")
    problems = []
    if rules is not None and not re.fullmatch(r"[0-9a-f]{12}", rules):
        problems.append(FieldProblem("rules", "must be a version of the rules: 12 hexadecimal digits"))
    if on is not None and _day(on) is None:
        problems.append(FieldProblem("on", "must be a day such as 2026-11-25"))
    if problems:
        raise InvalidFields(problems)
    return Made(rules, _day(on) if on else None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None


def _is_revision(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
