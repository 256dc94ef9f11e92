"""What the routes of the API and of the pages both depend on."""

from typing import Annotated

from fastapi import Depends, Request

from app.service import Service


def service_of(request: Request) -> Service:
    """The service of the application that a request came to."""
    service = request.app.state.service
    assert isinstance(service, Service)  # noqa: S101 - tells the type checker what create_app put there
    return service


ServiceOf = Annotated[Service, Depends(service_of)]
