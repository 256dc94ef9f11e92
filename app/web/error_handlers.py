"""Answers every error of an application: problem details for programs, a page for people."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Mount

from app.errors import FieldProblem, InvalidFields, RequestError, UnknownEntry, shortened
from app.telemetry.request_ids import current_request
from app.web.errors import Crashed, NotReadable, WrongMethod
from app.web.problems import problem_response, status_of

ErrorPage = Callable[[RequestError], Awaitable[Response]]


def wants_page(request: Request) -> bool:
    """Whether the caller is a person's browser: it asks for HTML by name, and not below /api."""
    return "text/html" in request.headers.get("accept", "") and not request.scope["path"].startswith("/api/")


def install(app: FastAPI, error_page: ErrorPage) -> None:
    """Answer every error of an application in the caller's form."""

    async def answer(request: Request, error: RequestError) -> Response:
        response = await error_page(error) if wants_page(request) else problem_response(error)
        response.headers.update(status_of(error).headers)
        response.headers["vary"] = "accept"
        return response

    async def on_request_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestError)  # noqa: S101 - narrows the type for the checker
        return await answer(request, error)

    async def on_validation_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        return await answer(request, InvalidFields(field_problems(error.errors())))

    async def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        response = await answer(request, _from_http(error, request))
        response.headers.update(error.headers or {})
        if error.status_code == 405:
            response.headers["allow"] = ", ".join(_allowed(app, request))
        return response

    async def on_crash(request: Request, _: Exception) -> Response:
        place = f"The server's log has it under request {current_request.get()}."
        return await answer(request, Crashed(f"The service made a mistake. {place}"))

    app.add_exception_handler(RequestError, on_request_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_crash)


_METHODS = ("GET", "POST", "DELETE")


def _allowed(app: FastAPI, request: Request) -> list[str]:
    """Every method that an address takes; the framework's own list is that of the first of its routes only."""
    routes = [route for route in app.routes if not isinstance(route, Mount)]
    found = [
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]
    found = found or ["GET"]
    return [*found, "HEAD"] if "GET" in found else found


def _from_http(error: HTTPException, request: Request) -> RequestError:
    """FastAPI's and Starlette's own refusals in our words."""
    if error.status_code == 404:
        return UnknownEntry(
            "There is nothing at this address.", [FieldProblem("path", "there is no such page or route")]
        )
    if error.status_code == 405:
        problem = FieldProblem("method", "is not allowed here")
        return WrongMethod(f"This address does not take {request.method}.", [problem])
    if request.method in ("POST", "PUT", "PATCH"):
        return NotReadable("The body cannot be read.", [FieldProblem("body", "must be JSON in UTF-8")])
    return NotReadable("The request cannot be read.", [FieldProblem("path", "cannot be read")])


def field_problems(errors: Sequence[Mapping[str, Any]]) -> list[FieldProblem]:
    """One problem a field: pydantic reports each member of a union separately."""
    problems: dict[str, FieldProblem] = {}
    for details in errors:
        field = _field(details["loc"])
        expected = str(details.get("ctx", {}).get("expected", ""))
        allowed = tuple(re.findall(r"'([^']+)'", expected)) if details["type"] == "literal_error" else ()
        message = _BODY_MESSAGE if field == "body" else _MESSAGES.get(details["type"], str(details["msg"]))
        problems.setdefault(field, FieldProblem(field, message, allowed))
    return list(problems.values())


_BODY_MESSAGE = "must be a JSON object, sent with content-type: application/json"

_MESSAGES = {
    "extra_forbidden": "there is no such field",
    "missing": "is missing",
    "dict_type": "must be a JSON object",
    "literal_error": "is not one of the allowed values",
}
"""Our words for pydantic's, by the type of its error."""


def _field(location: tuple[int | str, ...]) -> str:
    """`("body", "answers", "goal", "list[str]", 0)` → `answers.goal`; a fault of the whole body → `body`.

    No field lies deeper than an answer; the rest names the member of a union and the place in a list.
    """
    place, *path = location
    inner = [shortened(str(part)) for part in path[:2]] if path[:1] != [""] else []
    return ".".join(inner) if inner and not str(path[0]).isdigit() else str(place)
