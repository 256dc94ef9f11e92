"""Limits on what one connection may cost: on its time, and on how many are open."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from app.errors import FieldProblem, RequestError
from app.server.connection import Connection
from app.web.errors import HeadTooLarge, NotReadable, TooManyConnections, TooSlow
from app.web.middleware import FRESH, SECURITY_HEADERS
from app.web.problems import problem_response, status_of
from app.web.request_limits import MAX_HEADER_BYTES

MAX_HEAD_BYTES = 65_536 + MAX_HEADER_BYTES
"""How much of an unfinished request line with its headers is kept. The longest query that a setting allows fits, so
that the application itself refuses longer ones, with a reason."""

SLOWEST_BYTES = 4_096
"""How much a client must read of a response that waits for it, in the time that a request may take."""

LINGER_SECONDS = 2.0
"""How long a refused client has to read the reason before the connection is cut."""

MAX_LINGERING = 64
"""How many refused connections may linger at once; further ones are cut at once."""


@dataclass(frozen=True)
class ConnectionLimits:
    """The limits of all connections of a server.

    Attributes:
        request_seconds: the time for a whole request to arrive, from the moment at which the server waits for it.
        most_open: how many may be open at once.
    """

    request_seconds: float
    most_open: int


def guarded(limits: ConnectionLimits) -> type["Guarded"]:
    """The protocol with these limits, as uvicorn wants it: a class."""
    return type("Guarded", (Guarded,), {"limits": limits, "lingering": set()})


class Guarded(Connection):
    """A connection that ends when its request does not arrive in time, or its client does not read in time.

    When all connections are in use, a new one takes the place of one that still waits for its client: of the address
    that holds most of them, the one that has waited longest. A client that opens a thousand and sends nothing thus
    hinders only itself. A request that has arrived is never ended for another.
    """

    limits: ClassVar[ConnectionLimits]
    lingering: ClassVar[set["Guarded"]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting_since: float | None = None
        self._request_timer: asyncio.TimerHandle | None = None
        self._response_timer: asyncio.TimerHandle | None = None
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.all_connections) > self.limits.most_open and not self._makes_room():
            self._refuse(TooManyConnections())
        self._time_request()

    def data_received(self, data: bytes) -> None:
        if not self._refused:
            super().data_received(data)
            self._time_request()

    def eof_received(self) -> None:
        if self._refused:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timing_request()
        self._stop_timing_response()
        self.lingering.discard(self)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._time_response()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_timing_response()

    def response_sent(self) -> None:
        self._time_request()
        self._time_response()

    def request_unreadable(self, head_too_large: bool) -> None:
        if head_too_large:
            problem = FieldProblem("headers", f"at most {MAX_HEADER_BYTES} bytes")
            self._refuse(HeadTooLarge("The request line and headers are too large.", [problem]))
        else:
            problem = FieldProblem("request", "must be HTTP/1.1")
            self._refuse(NotReadable("This is not an HTTP request.", [problem]))

    def _time_request(self) -> None:
        """Start the timer of a request that has not arrived as a whole; stop that of one that has."""
        if self._refused or self.transport.is_closing() or not self.awaits_client:
            self._stop_timing_request()
        elif self._request_timer is None:
            self._waiting_since = self.loop.time()
            self._request_timer = self.loop.call_later(self.limits.request_seconds, self._give_up_request)

    def _stop_timing_request(self) -> None:
        self._waiting_since = None
        if self._request_timer is not None:
            self._request_timer.cancel()
            self._request_timer = None

    def _give_up_request(self) -> None:
        """Tell a client that has begun to send; one that has sent nothing waits for no response."""
        if self.request_has_begun:
            self._refuse(TooSlow(self.limits.request_seconds))
        else:
            self.transport.abort()

    def _time_response(self) -> None:
        """Start the timer of a response that its client has not read as a whole."""
        self._stop_timing_response()
        unread = self.transport.get_write_buffer_size()
        if unread:
            self._response_timer = self.loop.call_later(self.limits.request_seconds, self._check_reader, unread)

    def _stop_timing_response(self) -> None:
        if self._response_timer is not None:
            self._response_timer.cancel()
            self._response_timer = None

    def _check_reader(self, before: int) -> None:
        if self.transport.get_write_buffer_size() > max(0, before - SLOWEST_BYTES):
            self.transport.abort()
        else:
            self._time_response()

    def _makes_room(self) -> bool:
        """Whether another connection was ended for this one."""
        others = [one for one in self.all_connections if isinstance(one, Guarded) and one is not self]
        held = Counter(one.host for one in others)
        waiting = [(held[one.host], -one._waiting_since, one) for one in others if one._waiting_since is not None]
        if not waiting:
            return False
        *_, longest = max(waiting, key=lambda found: found[:2])
        longest._stop_timing_request()
        longest.transport.abort()
        longest.stop_counting()
        return True

    def _refuse(self, error: RequestError) -> None:
        """Send the reason, and end the connection once the client has had time to read it."""
        self._refused = True
        self._stop_timing_request()
        self.stop_counting()
        self.leave_application()
        if not self.response_may_begin or len(self.lingering) >= MAX_LINGERING:
            self.transport.abort()
            return
        self.lingering.add(self)
        self.transport.write(_response(error))
        self.transport.write_eof()
        self.read_on()  # and throw away what comes: unread, it would make the system drop the response
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)


def _response(error: RequestError) -> bytes:
    """An error's response as bytes, for errors that no application sees."""
    response = problem_response(error, {**SECURITY_HEADERS, "cache-control": FRESH, "connection": "close"})
    status = HTTPStatus(status_of(error).code)
    head = [f"HTTP/1.1 {status.value} {status.phrase}".encode(), *(b": ".join(pair) for pair in response.raw_headers)]
    return b"\r\n".join([*head, b"", bytes(response.body)])
