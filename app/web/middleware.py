"""Middleware that stands before every route: limits on what is read, and the headers of every answer."""

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import FieldProblem, RequestError
from app.web.errors import AmbiguousBody, HeadTooLarge, NotReadable, QueryTooLong, TooLarge
from app.web.problems import problem_response

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

SECURITY_HEADERS: Mapping[str, str] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    # Not `no-referrer`: browsers would then say `Origin: null` when a form is sent, and no form could be told from
    # another site's where they send no `Sec-Fetch-Site`, which is everywhere but on HTTPS and localhost.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-frame-options": "DENY",
}
"""Of every answer. `Strict-Transport-Security` is for the proxy to add, which alone knows that there is TLS."""

FRESH = "no-cache"
"""Unless it says otherwise, an answer may be kept, but is asked for anew: what it shows changes with every run."""

MAX_HEADERS = 100
MAX_HEADER_BYTES = 32_768
"""Names and values of all headers. A browser's are about 1,500 bytes."""


class SecurityHeaders:
    """Adds the same security headers to every response, and says that none is shown again without asking."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SECURITY_HEADERS)
                headers.setdefault("cache-control", FRESH)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class RequestLimits:
    """Refuses large heads, long queries and large bodies before anything reads them; hands on what it read itself."""

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
        # two who read it may each believe another one, and the rest of the body is the next request of one of them
        problem = FieldProblem("transfer-encoding", "must not stand beside content-length")
        raise AmbiguousBody("Where the body ends is said in two ways.", [problem])
    if len(headers) > MAX_HEADERS:
        problem = FieldProblem("headers", f"at most {MAX_HEADERS}")
        raise HeadTooLarge(f"There are more than {MAX_HEADERS} headers.", [problem])
    if sum(len(name) + len(value) for name, value in headers) > MAX_HEADER_BYTES:
        problem = FieldProblem("headers", f"at most {MAX_HEADER_BYTES} bytes")
        raise HeadTooLarge(f"The headers are larger than {MAX_HEADER_BYTES} bytes.", [problem])


def _check_utf8(body: bytearray) -> None:
    """JSON travels as UTF-8 (RFC 8259, section 8.1); a NUL byte, which JSON never has, gives away UTF-16 and UTF-32."""
    try:
        body.decode("utf-8")
        readable = b"\0" not in body
    except UnicodeDecodeError:
        readable = False
    if not readable:
        raise NotReadable("The body cannot be read.", [FieldProblem("body", "must be JSON in UTF-8")])


class HeadAsGet:
    """Answers HEAD as GET without the body, for every route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, send_without_body)


class WholeFiles(StaticFiles):
    """Static files, always sent whole: they are small, and a bad range would be refused in plain text.

    An address with a version is the content's own (`rendering._asset`), so it may be kept for good.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope.get("headers", []) if name != b"range"]
        kept = "public, max-age=31536000, immutable" if scope["query_string"].startswith(b"v=") else "no-cache"

        async def send_cached(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer["cache-control"] = kept
                del answer["accept-ranges"]
            await send(message)

        await super().__call__({**scope, "headers": headers}, receive, send_cached)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body that was read already, and then whatever comes after it."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
