"""Middleware that limits the size of a request: its headers, its query and its body."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import FieldProblem, RequestError
from app.web.errors import AmbiguousBody, HeadTooLarge, NotReadable, QueryTooLong, TooLarge
from app.web.problems import problem_response

MAX_HEADERS = 100
MAX_HEADER_BYTES = 32_768
"""Names and values of all headers. A browser's are about 1,500 bytes."""


class RequestLimits:
    """Refuses large headers, long queries and large bodies before a route sees the request.

    It reads the whole body itself, whether its length was declared or not, and passes on what it read. See decision 32
    for why this is not the framework's own limit.
    """

    def __init__(self, app: ASGIApp, max_body_bytes: int, max_query_bytes: int) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes
        self.max_query_bytes = max_query_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            _check_headers(scope)
            self._check_query(scope)
            body = await self._read_body(scope, receive)
        except RequestError as error:
            await problem_response(error)(scope, receive, send)
            return
        await self.app(scope, _replay(body, receive), send)

    def _check_query(self, scope: Scope) -> None:
        if len(scope["query_string"]) > self.max_query_bytes:
            raise QueryTooLong(
                f"The query string is longer than {self.max_query_bytes} bytes.",
                [FieldProblem("query", f"at most {self.max_query_bytes} bytes")],
            )

    async def _read_body(self, scope: Scope, receive: Receive) -> bytes:
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isascii() and declared.isdigit() and int(declared[:20]) > self.max_body_bytes:
            raise self._too_large()
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise NotReadable("The body ended early.", [FieldProblem("body", "was cut off")])
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self.max_body_bytes:
                raise self._too_large()
        _check_utf8(body)
        return bytes(body)

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"The body is larger than {self.max_body_bytes} bytes.",
            [FieldProblem("body", f"at most {self.max_body_bytes} bytes")],
        )


def _check_headers(scope: Scope) -> None:
    headers = scope["headers"]
    if {b"content-length", b"transfer-encoding"} <= {name for name, _ in headers}:
        # A proxy and this server may each use a different one. The rest of the body is then a request of its own to one
        # of them (request smuggling).
        problem = FieldProblem("transfer-encoding", "must not be sent together with content-length")
        raise AmbiguousBody("The request has both Content-Length and Transfer-Encoding.", [problem])
    if len(headers) > MAX_HEADERS:
        problem = FieldProblem("headers", f"at most {MAX_HEADERS}")
        raise HeadTooLarge(f"There are more than {MAX_HEADERS} headers.", [problem])
    if sum(len(name) + len(value) for name, value in headers) > MAX_HEADER_BYTES:
        problem = FieldProblem("headers", f"at most {MAX_HEADER_BYTES} bytes")
        raise HeadTooLarge(f"The headers are larger than {MAX_HEADER_BYTES} bytes.", [problem])


def _check_utf8(body: bytearray) -> None:
    """JSON travels as UTF-8 (RFC 8259, section 8.1); a NUL byte, which JSON never has, reveals UTF-16 and UTF-32."""
    try:
        body.decode("utf-8")
        readable = b"\0" not in body
    except UnicodeDecodeError:
        readable = False
    if not readable:
        raise NotReadable("The body cannot be read.", [FieldProblem("body", "must be JSON in UTF-8")])


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read already, and after it whatever the server receives."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
