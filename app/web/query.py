"""Query strings as the routes take them."""

from fastapi import Request

from app.advice.query_fields import Pairs
from app.errors import FieldProblem, InvalidFields, shortened


def pairs_of(request: Request) -> Pairs:
    """The (key, value) pairs of a request's query, in order."""
    return request.query_params.multi_items()


def single_values(pairs: Pairs) -> dict[str, str]:
    """The values by key, where a key can be given only once.

    Raises:
        InvalidFields: naming each key that is given more than once.
    """
    keys = [key for key, _ in pairs]
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if doubled:
        raise InvalidFields([FieldProblem(shortened(key), "is given more than once") for key in doubled])
    return dict(pairs)
