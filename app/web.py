"""What the routes of the API and of the pages both depend on."""

import secrets
from typing import Annotated

from fastapi import Depends, Request

from app.errors import FieldProblem, Unauthorised
from app.observing.measures import Measures
from app.service import Service


def service_of(request: Request) -> Service:
    """The service of the application that a request came to."""
    service = request.app.state.service
    assert isinstance(service, Service)  # noqa: S101 - tells the type checker what create_app put there
    return service


ServiceOf = Annotated[Service, Depends(service_of)]


def measures_of(request: Request) -> Measures:
    """The figures of the application that a request came to."""
    measures = request.app.state.measures
    assert isinstance(measures, Measures)  # noqa: S101 - tells the type checker what create_app put there
    return measures


MeasuresOf = Annotated[Measures, Depends(measures_of)]


def check_token(service: Service, given: str | None) -> None:
    """Raises Unauthorised when a token is set and this is not it."""
    if service.token is not None and not secrets.compare_digest((given or "").encode(), service.token.encode()):
        problem = FieldProblem("authorization", "must be Bearer and this server's token")
        raise Unauthorised("Starting and cancelling runs needs this server's token.", [problem])


async def authorised(request: Request, service: ServiceOf) -> None:
    """For routes that start or cancel: the bearer token, where one is set."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    given = token.strip().encode("latin-1").decode("utf-8", "replace")  # headers are read as Latin-1
    check_token(service, given if scheme.lower() == "bearer" else None)
