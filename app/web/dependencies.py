"""Dependencies of the routes of the API and of the pages."""

import secrets
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Annotated

from fastapi import Depends, Request

from app.errors import FieldProblem
from app.telemetry.metrics import Metrics
from app.web.errors import Unauthorised
from app.web.service import Service


def service_of(request: Request) -> Service:
    """The service of the application."""
    service = request.app.state.service
    assert isinstance(service, Service)  # noqa: S101 - tells the type checker what create_app put there
    return service


ServiceOf = Annotated[Service, Depends(service_of)]


def metrics_of(request: Request) -> Metrics:
    """The metrics of the application."""
    metrics = request.app.state.metrics
    assert isinstance(metrics, Metrics)  # noqa: S101 - tells the type checker what create_app put there
    return metrics


MetricsOf = Annotated[Metrics, Depends(metrics_of)]


def check_token(service: Service, given: str | None) -> None:
    """Raises Unauthorised if a token is set and `given` is another one."""
    if service.token is not None and not secrets.compare_digest((given or "").encode(), service.token.encode()):
        problem = FieldProblem("authorization", "must be Bearer and this server's token")
        raise Unauthorised("Starting and cancelling runs needs this server's token.", [problem])


def client_of(request: Request) -> str:
    """Where a request comes from: an IPv4 address, or the /64 network of an IPv6 address, which one client owns.

    Behind a trusted proxy it is the address that the proxy reports.
    """
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:  # a local socket, or a name by which a proxy hides the address of its client
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address, 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


ClientOf = Annotated[str, Depends(client_of)]


async def authorised(request: Request, service: ServiceOf) -> None:
    """For routes that start or cancel runs: checks the bearer token, if one is set."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    given = token.strip().encode("latin-1").decode("utf-8", "replace")  # Starlette decodes headers as Latin-1
    check_token(service, given if scheme.lower() == "bearer" else None)
