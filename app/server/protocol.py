"""What one connection may cost: uvicorn's HTTP/1.1 protocol with limits on time and on how many are open."""

import asyncio
import sys
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.errors import FieldProblem, RequestError
from app.web.errors import HeadTooLarge, NotReadable, TooManyConnections, TooSlow
from app.web.middleware import FRESH, MAX_HEADER_BYTES, SECURITY_HEADERS
from app.web.problems import problem_response, status_of

MAX_HEAD_BYTES = 65_536 + MAX_HEADER_BYTES
"""How much of an unfinished request line with its headers is kept. The longest query that a setting allows fits, so
that the application itself refuses what is too long, with a reason."""

SLOWEST_BYTES = 4_096
"""What a reader must take of what waits for it, in the time that a request may take."""

LINGER_SECONDS = 2.0
"""How long a refused client has to read why, before the connection is cut."""

MAX_LINGERING = 64
"""How many refused connections may linger at once; beyond, they are cut at once."""


@dataclass(frozen=True)
class ConnectionLimits:
    """What `Guarded` keeps to.

    Attributes:
        request_seconds: the time for a whole request to arrive, from the moment at which it is waited for.
        connections: how many may be open at once.
    """

    request_seconds: float
    connections: int


def guarded(limits: ConnectionLimits) -> type["Guarded"]:
    """The protocol with these limits, as uvicorn wants it: a class."""
    return type("Guarded", (Guarded,), {"limits": limits, "lingering": set()})


class Guarded(H11Protocol):
    """A connection that ends when its request does not arrive, or its answer is not taken, in time.

    When all connections are taken, one that still waits for its client gives way to a new one: of the address that
    holds most of them, the one that has waited longest. So whoever opens a thousand and sends nothing stands in
    nobody's way but their own. A request that has arrived is never ended for another.
    """

    limits: ClassVar[ConnectionLimits]
    lingering: ClassVar[set["Guarded"]]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._waiting_since: float | None = None
        self._request_timer: asyncio.TimerHandle | None = None
        self._answer_timer: asyncio.TimerHandle | None = None
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections and not self._makes_room():
            self._refuse(TooManyConnections())
        self._watch_request()

    def data_received(self, data: bytes) -> None:
        if not self._refused:
            super().data_received(data)
            self._watch_request()

    def eof_received(self) -> None:
        if self._refused:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._watch_no_answer()
        self.lingering.discard(self)
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch_request()
        self._watch_answer()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_answer()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._watch_no_answer()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn calls it; the words are ours
        """What cannot be parsed. Called while the parser's error is handled, which alone tells what is wrong."""
        if getattr(sys.exception(), "error_status_hint", 400) == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            problem = FieldProblem("headers", f"at most {MAX_HEADER_BYTES} bytes")
            self._refuse(HeadTooLarge("The request line and headers are too large.", [problem]))
        else:
            problem = FieldProblem("request", "must be HTTP/1.1")
            self._refuse(NotReadable("This is no HTTP request.", [problem]))

    def _unsupported_upgrade_warning(self) -> None:
        """An upgrade that is not there is no concern of the log's: the request is answered as it stands."""

    def _watch_request(self) -> None:
        """See to it that a request that has not arrived as a whole does so in time."""
        if self._refused or self.transport.is_closing() or self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._stop_waiting()
        elif self._request_timer is None:
            self._waiting_since = self.loop.time()
            self._request_timer = self.loop.call_later(self.limits.request_seconds, self._give_up_request)

    def _stop_waiting(self) -> None:
        self._waiting_since = None
        if self._request_timer is not None:
            self._request_timer.cancel()
            self._request_timer = None

    def _give_up_request(self) -> None:
        """Say so to whoever has begun to send; nobody waits for an answer to nothing."""
        if self.conn.their_state is h11.SEND_BODY or self.conn.trailing_data[0]:
            self._refuse(TooSlow(self.limits.request_seconds))
        else:
            self.transport.abort()

    def _watch_answer(self) -> None:
        """See to it that what waits to be sent is taken in time."""
        self._watch_no_answer()
        waits = self.transport.get_write_buffer_size()
        if waits:
            self._answer_timer = self.loop.call_later(self.limits.request_seconds, self._check_reader, waits)

    def _watch_no_answer(self) -> None:
        if self._answer_timer is not None:
            self._answer_timer.cancel()
            self._answer_timer = None

    def _check_reader(self, before: int) -> None:
        if self.transport.get_write_buffer_size() > max(0, before - SLOWEST_BYTES):
            self.transport.abort()
        else:
            self._watch_answer()

    def _makes_room(self) -> bool:
        """Whether another connection gave way to this one."""
        others = [one for one in self.connections if isinstance(one, Guarded) and one is not self]
        held = Counter(one._host for one in others)
        waiting = [(held[one._host], -one._waiting_since, one) for one in others if one._waiting_since is not None]
        if not waiting:
            return False
        *_, gives_way = max(waiting, key=lambda found: found[:2])
        gives_way._stop_waiting()
        gives_way.transport.abort()
        self.connections.discard(gives_way)
        return True

    @property
    def _host(self) -> str:
        return self.client[0] if self.client else ""

    def _refuse(self, error: RequestError) -> None:
        """Say why, and end the connection once the client can have read it."""
        self._refused = True
        self._stop_waiting()
        self._unset_keepalive_if_required()
        self.connections.discard(self)
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE) or len(self.lingering) >= MAX_LINGERING:
            self.transport.abort()
            return
        self.lingering.add(self)
        self.transport.write(_answer(error))
        self.transport.write_eof()
        self.flow.resume_reading()  # what still comes is thrown away: unread, it would make the system drop the answer
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)


def _answer(error: RequestError) -> bytes:
    """An error's response as bytes, for where no application can be asked."""
    response = problem_response(error, {**SECURITY_HEADERS, "cache-control": FRESH, "connection": "close"})
    status = HTTPStatus(status_of(error).code)
    head = [f"HTTP/1.1 {status.value} {status.phrase}".encode(), *(b": ".join(pair) for pair in response.raw_headers)]
    return b"\r\n".join([*head, b"", bytes(response.body)])
