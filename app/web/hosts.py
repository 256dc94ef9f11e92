"""Refuses requests under other host names, so that other sites cannot point their own name here (DNS rebinding)."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import FieldProblem
from app.web.errors import WrongHost
from app.web.problems import problem_response

FOR_ANY_HOST = frozenset({"/healthz", "/metrics", "/readyz"})
"""Monitoring uses the address of a server in place of its name, and these responses are no secrets."""


class AllowedHosts:
    """Refuses requests for hosts that are not in `names`; without names, no request is refused."""

    def __init__(self, app: ASGIApp, names: Sequence[str]) -> None:
        self.app = app
        self.names = tuple(normal(name) for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in FOR_ANY_HOST or self._allows(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        problem = FieldProblem("host", "must be a name of this server")
        error = WrongHost("This server does not answer under this name.", [problem])
        await problem_response(error)(scope, receive, send)

    def _allows(self, headers: Headers) -> bool:
        host = host_of(headers.get("host", ""))
        return not self.names or any(_matches(host, name) for name in self.names)


def host_of(authority: str) -> str:
    """`Advice.example.org:8000` → `advice.example.org`; `[::1]:8000` → `::1`."""
    bracketed, _, rest = authority.strip().lower().partition("]")
    if bracketed.startswith("["):
        return bracketed[1:] if not rest or rest.startswith(":") else ""
    name, _, port = bracketed.partition(":")
    return name.removesuffix(".") if port.isdigit() or not port else ""


def normal(name: str) -> str:
    """A name of the setting in the form of `host_of`; an IPv6 address may have brackets or not."""
    plain = name.strip().lower()
    return plain if plain.count(":") > 1 and not plain.startswith("[") else host_of(plain)


def _matches(host: str, name: str) -> bool:
    """`*.example.org` matches every name below example.org, but not that name itself."""
    if name.startswith("*."):
        return host.endswith(name[1:]) and len(host) >= len(name)
    return host == name
