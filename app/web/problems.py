"""How each request error is answered: its status, title and headers, and its body as RFC 9457 problem details."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, Field
from starlette.responses import Response

from app.errors import AlreadyOver, InvalidFields, NotReady, QueueFull, RequestError, StartedTooOften, UnknownEntry
from app.web import errors

MEDIA_TYPE = "application/problem+json"


class HttpStatus(NamedTuple):
    """What all responses to one class of errors have in common."""

    code: int
    title: str
    headers: Mapping[str, str] = {}


STATUSES: Mapping[type[RequestError], HttpStatus] = {
    RequestError: HttpStatus(400, "The request cannot be used"),
    errors.NotReadable: HttpStatus(400, "The request cannot be read"),
    errors.AmbiguousBody: HttpStatus(400, "The request cannot be read", {"connection": "close"}),
    errors.Unauthorised: HttpStatus(401, "Not authorised", {"www-authenticate": "Bearer"}),
    errors.Forbidden: HttpStatus(403, "Not allowed"),
    UnknownEntry: HttpStatus(404, "Not found"),
    errors.WrongMethod: HttpStatus(405, "Method not allowed"),
    errors.TooSlow: HttpStatus(408, "The request took too long"),
    AlreadyOver: HttpStatus(409, "Already over"),
    errors.TooLarge: HttpStatus(413, "The request is too large"),
    errors.QueryTooLong: HttpStatus(414, "The query is too long"),
    errors.WrongHost: HttpStatus(421, "Not this server's name"),
    InvalidFields: HttpStatus(422, "Some fields cannot be used"),
    QueueFull: HttpStatus(429, "Too many runs wait"),
    StartedTooOften: HttpStatus(429, "Too many runs were started from here"),
    errors.HeadTooLarge: HttpStatus(431, "The headers are too large"),
    errors.Crashed: HttpStatus(500, "Something went wrong here"),
    NotReady: HttpStatus(503, "Not ready"),
    errors.TooManyConnections: HttpStatus(503, "Too many connections"),
}
"""Every class of request errors has a row of its own; a test says so."""


def status_of(error: RequestError) -> HttpStatus:
    """Status, title and headers of an error."""
    status = STATUSES[type(error)]
    if error.retry_after_s is None:
        return status
    return status._replace(headers={**status.headers, "retry-after": str(error.retry_after_s)})


class FieldError(BaseModel):
    field: str = Field(description="The query key, or the path into the body.")
    message: str
    allowed: list[str] = Field(default=[], description="What would be accepted, where that is a list.")


class Problem(BaseModel):
    """Problem details as RFC 9457 defines them, with the fields that are at fault."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldError]


class ProblemResponse(Response):
    """Problem details in plain ASCII, so that they can repeat anything that a caller sent."""

    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        return json.dumps(content).encode("ascii")


def problem_response(error: RequestError, headers: Mapping[str, str] | None = None) -> ProblemResponse:
    """The response to an error, with the error's own headers and these."""
    status = status_of(error)
    problem = Problem(
        title=status.title,
        status=status.code,
        detail=error.detail,
        errors=[FieldError(field=p.field, message=p.message, allowed=list(p.allowed)) for p in error.problems],
    )
    return ProblemResponse(problem.model_dump(), status_code=status.code, headers={**status.headers, **(headers or {})})


Docs = dict[int | str, dict[str, Any]]


def problem_docs(refusals: Mapping[int, str]) -> Docs:
    """The OpenAPI entries of a route for statuses that are answered with a problem."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": text, "content": content} for status, text in refusals.items()}


PROBLEM_DOCS = problem_docs(
    {
        400: "The request cannot be read",
        405: "The method is not allowed here",
        408: "The request took too long to arrive",
        413: "The request is too large",
        414: "The query is too long",
        421: "The server does not answer to this name",
        422: "Some fields cannot be used",
        431: "The headers are too large",
        503: "The store cannot be reached, or all connections are in use",
    }
)
"""Of every API route: refusals by the middleware, of bad input, and while the store cannot be reached."""

NOT_FOUND_DOCS = problem_docs({404: "Not found"})

STORE_DOCS = problem_docs({503: "The store of runs cannot be reached; `Retry-After` gives the seconds to wait"})
"""Of every route that needs the store."""
