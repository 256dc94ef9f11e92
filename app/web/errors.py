"""Request errors that only HTTP has.

    RequestError (see `app.errors`)
    ├── Unauthorised        starting or cancelling a run needs this server's token
    ├── Forbidden           another site's page cannot start or cancel runs
    ├── WrongMethod         the address does not take this method
    ├── NotReadable         the body is not what its headers promise, or the framework refuses the request
    │   └── AmbiguousBody   the request gives two lengths for its body; the connection ends
    ├── TooSlow             the request took too long to arrive
    ├── TooLarge            the body is over its limit
    ├── QueryTooLong        the query string is over its limit
    ├── HeadTooLarge        there are too many headers, or they are too long
    ├── WrongHost           this server does not have the name that the request gives
    ├── TooManyConnections  requests in progress use all connections
    └── Crashed             a fault of ours; the response does not show its cause

`app.web.problems` gives each its status, title and headers.
"""

from app.errors import FieldProblem, RequestError


class Unauthorised(RequestError):
    """Starting or cancelling a run needs this server's token."""


class Forbidden(RequestError):
    """Another site's page cannot start or cancel runs."""


class WrongMethod(RequestError):
    """The address does not take this method."""


class NotReadable(RequestError):
    """The body is not what its headers promise, or the framework refuses the request."""


class AmbiguousBody(NotReadable):
    """The request gives two lengths for its body. Nobody can tell what follows it, so the connection ends."""


class TooSlow(RequestError):
    """The request took too long to arrive."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The request did not arrive within {seconds:g} s.", [FieldProblem("request", "is incomplete")]
        )


class TooLarge(RequestError):
    """The body is over its limit."""


class QueryTooLong(RequestError):
    """The query string is over its limit."""


class HeadTooLarge(RequestError):
    """There are too many headers, or they are too long."""


class WrongHost(RequestError):
    """This server does not have the name that the request gives."""


class TooManyConnections(RequestError):
    """Requests in progress use all connections."""

    retry_after_s = 5

    def __init__(self) -> None:
        super().__init__(f"All connections of this server are in use. Try again in {self.retry_after_s} s.")


class Crashed(RequestError):
    """A fault of ours. The cause is in the log, never in the response."""
