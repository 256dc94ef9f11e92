"""Middleware that gives each request an id, counts and times it, and logs one line when it ends."""

import logging
import time
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.telemetry.metrics import Metrics
from app.telemetry.request_ids import HEADER, current_request, request_id

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
UNMATCHED = "unmatched"
"""In place of the route of a request that matches none, or was refused before it reached one."""

QUIET = ("/healthz", "/readyz", "/metrics", "/static/")
"""Requests that machines send all the time, and files: logged at level debug, and not traced."""

_EXCHANGE = "tiebreak.exchange"

log = logging.getLogger("tiebreak.requests")


@dataclass
class Exchange:
    """The facts about a request and its response that are logged and counted.

    Attributes:
        method: one of METHODS, or `other`.
        route: the template of the route that took it, never the path itself.
        status: of the response; 500 when there was none.
        bytes: of the response's body.
    """

    method: str
    id: str
    route: str = UNMATCHED
    status: int = 500
    bytes: int = 0
    began: float = field(default_factory=time.perf_counter)

    def record(self, message: Message) -> None:
        """Take status and length from a part of the response, and add the id to its headers."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[HEADER] = self.id
        elif message["type"] == "http.response.body":
            self.bytes += len(message.get("body", b""))


class RequestLog:
    """Logs and counts every request. It belongs outside of everything else, so that it covers crashes too."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "other"
        exchange = scope[_EXCHANGE] = Exchange(method, request_id(Headers(scope=scope)))
        current_request.set(exchange.id)

        async def send_and_record(message: Message) -> None:
            exchange.record(message)
            await send(message)

        with self._metrics.in_flight.track_inprogress():
            try:
                await self.app(scope, receive, send_and_record)
            finally:
                self._log(exchange)

    def _log(self, exchange: Exchange) -> None:
        seconds = time.perf_counter() - exchange.began
        self._metrics.request(exchange.method, exchange.route, exchange.status, seconds)
        level = logging.DEBUG if exchange.route.startswith(QUIET) else logging.INFO
        if not log.isEnabledFor(level):
            return
        fields = {"method": exchange.method, "route": exchange.route, "status": exchange.status}
        fields |= {"duration_ms": round(1000 * seconds, 1), "bytes": exchange.bytes}
        log.log(level, "%(method)s %(route)s %(status)d in %(duration_ms).1f ms, %(bytes)d bytes", fields, extra=fields)


class RouteRecorder:
    """Records which route takes a request. It belongs inside of all middleware, some of which copies the scope."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        finally:
            if _EXCHANGE in scope:
                scope[_EXCHANGE].route = _template(scope)


def _template(scope: Scope) -> str:
    """The template of the route that took a request; of mounted files, `/static/{path}`."""
    route, endpoint = scope.get("route"), scope.get("endpoint")
    if route is not None:
        return str(route.path)
    for one in scope["app"].routes if endpoint is not None else ():
        if getattr(one, "endpoint", None) is endpoint:
            return str(one.path)
        if getattr(one, "app", None) is endpoint:
            return f"{one.path}/{{path}}"
    return UNMATCHED
