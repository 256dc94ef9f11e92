"""The id of a request: in every line that is logged for it, in its trace, and in its answer."""

import re
import secrets
from contextvars import ContextVar

from starlette.datastructures import Headers

HEADER = "x-request-id"

PLAIN = re.compile(r"[A-Za-z0-9-]{8,64}")
"""What is taken over from a caller or a proxy: a short token that can do no harm in a log."""

current_request: ContextVar[str | None] = ContextVar("current_request", default=None)
"""Is not reset when a request has been answered: what the server logs of a crash afterwards belongs to it too."""


def request_id(headers: Headers) -> str:
    """The id that a request brings along, or a new one."""
    given = headers.getlist(HEADER)
    return given[0] if len(given) == 1 and PLAIN.fullmatch(given[0]) else secrets.token_hex(8)
