"""Query strings: which keys stand once, and which are answers."""

from collections import defaultdict
from collections.abc import Sequence
from typing import get_args

from app.advice.answers import DEFAULT_POLICY
from app.errors import FieldProblem, InvalidFields, said_back
from app.knowledge.models import PolicyId

SHIPPED = "shipped"
"""Said instead of a revision: without this server's verdicts."""

MOST_DIGITS = 18

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
    """A query as answers: every key but those `besides`, with all its values."""
    answers: dict[str, list[str]] = defaultdict(list)
    for key, value in items:
        if key not in besides:
            answers[key].append(value)
    return dict(answers)


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


def _is_revision(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
