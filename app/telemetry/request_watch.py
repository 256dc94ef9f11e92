"""Every request, from outside all else: it is given its id, counted, timed, and told in one line when it is over."""

import logging
import time
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.telemetry.metrics import Measures
from app.telemetry.request_ids import HEADER, current_request, request_id

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
UNMATCHED = "unmatched"
"""Stands for the route of a request that none takes, or that was refused before a route was looked for."""

QUIET = ("/healthz", "/readyz", "/metrics", "/static/")
"""What machines ask all the time, and files: told at level debug, and without a trace."""

_EXCHANGE = "tiebreak.exchange"

log = logging.getLogger("tiebreak.requests")


@dataclass
class Exchange:
    """A request and its answer, as far as anybody is told of them.

    Attributes:
        method: one of METHODS, or `other`.
        route: the template of the route that took it, never the path itself.
        status: of the answer; 500 when there was none.
        bytes: of the answer's body.
    """

    method: str
    id: str
    route: str = UNMATCHED
    status: int = 500
    bytes: int = 0
    began: float = field(default_factory=time.perf_counter)

    def note(self, message: Message) -> None:
        """Take from a part of the answer what is told of it, and put the id into its head."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[HEADER] = self.id
        elif message["type"] == "http.response.body":
            self.bytes += len(message.get("body", b""))


class Watched:
    """Watches all requests to an application. It stands outside of everything, so that crashes are seen as answered."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self.app, self._measures = app, measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "other"
        exchange = scope[_EXCHANGE] = Exchange(method, request_id(Headers(scope=scope)))
        current_request.set(exchange.id)

        async def noting(message: Message) -> None:
            exchange.note(message)
            await send(message)

        with self._measures.in_flight.track_inprogress():
            try:
                await self.app(scope, receive, noting)
            finally:
                self._tell(exchange)

    def _tell(self, exchange: Exchange) -> None:
        seconds = time.perf_counter() - exchange.began
        self._measures.request(exchange.method, exchange.route, exchange.status, seconds)
        level = logging.DEBUG if exchange.route.startswith(QUIET) else logging.INFO
        if not log.isEnabledFor(level):
            return
        told = {"method": exchange.method, "route": exchange.route, "status": exchange.status}
        told |= {"duration_ms": round(1000 * seconds, 1), "bytes": exchange.bytes}
        log.log(level, "%(method)s %(route)s %(status)d in %(duration_ms).1f ms, %(bytes)d bytes", told, extra=told)


class RouteNoted:
    """Notes which route takes a request. It stands inside of all middleware, since some of it hands on copies."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        finally:
            if _EXCHANGE in scope:
                scope[_EXCHANGE].route = _template(scope)


def _template(scope: Scope) -> str:
    """The template of the route that took a request, with what is mounted as `/static/{path}`."""
    route, taker = scope.get("route"), scope.get("endpoint")
    if route is not None:
        return str(route.path)
    for one in scope["app"].routes if taker is not None else ():
        if getattr(one, "endpoint", None) is taker:
            return str(one.path)
        if getattr(one, "app", None) is taker:
            return f"{one.path}/{{path}}"
    return UNMATCHED
