"""uvicorn's HTTP/1.1 connection, its members under names of ours.

This is the only file that uses members of uvicorn and h11 that their documentation does not promise.
`tests/unit/server/test_uvicorn_members.py` lists them, and fails when the installed version has other ones.
"""

import sys
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class Connection(H11Protocol):
    """One connection. Subclasses may override the methods of `asyncio.Protocol` and the two hooks below."""

    def response_sent(self) -> None:
        """Hook: a response has been sent as a whole."""

    def request_unreadable(self, head_too_large: bool) -> None:
        """Hook: the client has sent something that is not HTTP, or more of a head than is kept."""

    @property
    def awaits_client(self) -> bool:
        """Whether a request has not arrived as a whole."""
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    @property
    def request_has_begun(self) -> bool:
        """Whether the client has sent a part of a request."""
        return self.conn.their_state is h11.SEND_BODY or bool(self.conn.trailing_data[0])

    @property
    def response_may_begin(self) -> bool:
        """Whether no response is being sent."""
        return self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE)

    @property
    def host(self) -> str:
        """The client's address."""
        return self.client[0] if self.client else ""

    @property
    def all_connections(self) -> set[Any]:
        """The open connections of this server, this one included."""
        return self.connections

    def stop_counting(self) -> None:
        """Take this connection out of `all_connections`, so that a stopping server does not wait for it."""
        self.connections.discard(self)

    def leave_application(self) -> None:
        """Tell the application that its client has gone; what it still sends goes nowhere."""
        self._unset_keepalive_if_required()
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def read_on(self) -> None:
        """Read from the client again, whether the application asks for more or not."""
        self.flow.resume_reading()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.response_sent()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the hook has words of its own
        """uvicorn calls this while it handles the parser's error, which alone says what is wrong."""
        status = getattr(sys.exception(), "error_status_hint", HTTPStatus.BAD_REQUEST)
        self.request_unreadable(status == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing: we offer no upgrades, and a request for one is answered like any other."""
