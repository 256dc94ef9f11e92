"""The id of a request: in every line of the log about it, in its trace, and in its response."""

import re
import secrets
from contextvars import ContextVar

from starlette.datastructures import Headers

HEADER = "x-request-id"

PLAIN = re.compile(r"[A-Za-z0-9-]{8,64}")
"""The ids that a client or a proxy may choose: short, and harmless in a log."""

current_request: ContextVar[str | None] = ContextVar("current_request", default=None)
"""It is not reset after the response, since uvicorn logs a crash later than that."""


def request_id(headers: Headers) -> str:
    """The id that a request already has, or a new one."""
    given = headers.getlist(HEADER)
    return given[0] if len(given) == 1 and PLAIN.fullmatch(given[0]) else secrets.token_hex(8)
