"""Seeded requests that no well-meaning caller sends, and what is wrong with an answer to one of them."""

import json
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, quote_from_bytes, unquote

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.functional.web_client import CORE, PROBLEM, pairs_of, raw_for_api
from tests.unit.advice.answer_sets import seeded_answers, shipped_rules

TARGET = b"x-test-target"
"""The header by which `RawTargets` learns the target, so that no client library tidies it up on the way."""

SERVER = "tiebreak.test"
"""The name by which the server knows itself when a request names no usable host."""

METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS")

PAGES = ("/", "/advice", "/advice.md", "/claims", "/claims/{}", "/sources", "/methodology", "/docs")
API = (
    "/api/v1/questionnaire",
    "/api/v1/advice",
    "/api/v1/claims",
    "/api/v1/claims/{}",
    "/api/v1/sources",
    "/healthz",
    "/readyz",
    "/openapi.json",
)
FILES = ("/static/tiebreak.css", "/static/docs.js", "/static/swagger/swagger-ui.css", "/static/{}")
PLACES = PAGES + API + FILES

TEXTS = (
    "",
    " ",
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "' OR 1=1 --",
    "../../../../etc/passwd",
    "\x00",
    "a\r\nset-cookie: a=b",
    "{{7*7}}${7*7}%s%n",
    "\u202eevil\u200b",
    "\U0001f600" * 40,
    "²",
    "\ud800",
    "\udcff\ud83d",
    "A" * 3000,
    "None",
    "pytorch",
    "python",
    "__proto__",
    "str",
    "0",
)

PATHS = (
    "/../../../../etc/passwd",
    "/static/../app/main.py",
    "/static/%2e%2e/app/main.py",
    "/static/%2e%2e%2fapp%2fmain.py",
    "/static/..%5c..%5capp%5cmain.py",
    "/static/%00",
    "/static/tiebreak.css%00.png",
    "/static//etc/passwd",
    "/static/" + "a" * 5000,
    "/static/swagger/../../main.py",
    "/static",
    "/static/",
    "//",
    "//evil.example/",
    "//evil.example/claims/",
    "/claims/",
    "/claims//",
    "/claims/%2e%2e",
    "/claims/%2e%2e%2f",
    "/claims/%00/",
    "/claims/%ff%fe",
    "/claims/" + "x" * 20_000,
    "/claims/a/b/c",
    "/api/v1/claims/%ed%a0%80",
    "/api/v1/../v1/claims",
    "/api/v1/advice/",
    "/api/v2/advice",
    "/API/V1/ADVICE",
    "/%2f%2f",
    "/advice%3Flanguage=python",
    "/advice;language=python",
    "/.git/config",
    "/%",
    "/%zz",
    "/\\evil.example",
    "/" + "/".join("abc") * 500,
    "*",
    "",
    "http://evil.example/claims/",
)

RAW_QUERIES = (b"\xff\xfe=\xff", b"&&&===", b"%", b"%ff=%fe&%00=%00", b"a" * 9000, b"language=" + b"x" * 70_000)

HEADERS: dict[str, Sequence[bytes]] = {
    "accept": (
        b"text/html",
        b"text/html",
        b"*/*",
        b"application/json",
        b"",
        b"text/html;q=0",
        b";;;,,,",
        b"\xff\xfe",
        b"text/html," * 400,
    ),
    "content-type": (
        b"application/json; charset=utf-16",
        b"text/plain",
        b"multipart/form-data",
        b"multipart/form-data; boundary=x",
        b"application/x-www-form-urlencoded",
        b"\xff",
        b"",
        b"application/problem+json",
    ),
    "content-length": (b"-1", b"abc", b"9" * 40, b"\xb2", b"1e3", b"", b"0", b"70000", b"0" * 30 + b"9999999"),
    "host": (b"evil.example", b"[", b"a b", b"", b"evil.example\r\nx: y", b"\xff", b"x" * 3000, b"evil.example:999999"),
    "range": (b"bytes=0-10", b"bytes=abc", b"bytes=9-1", b"bytes=99999999-", b"bytes=-5", b"bytes=0-1,3-4", b"x=1"),
    "if-range": (b"abc", b"Wed, 21 Oct 2015 07:28:00 GMT", b"\xff"),
    "if-modified-since": (b"yesterday", b"Wed, 99 Foo 2015", b"Wed, 21 Oct 2999 07:28:00 GMT", b"\xff"),
    "if-none-match": (b"*", b'"x"', b"W/", b"\xff"),
    "transfer-encoding": (b"chunked", b"gzip", b"identity, chunked"),
    "content-encoding": (b"gzip", b"br"),
    "cookie": (b"a=b" * 3000, b"\xff", b";;=;"),
    "x-forwarded-host": (b"evil.example",),
    "x-forwarded-proto": (b"javascript",),
    "x-http-method-override": (b"DELETE",),
    "origin": (b"null", b"http://evil.example"),
    "authorization": (b"Bearer " + b"x" * 2000, b"Basic \xff"),
    "expect": (b"100-continue",),
    "upgrade": (b"websocket",),
}


@dataclass(frozen=True)
class Attack:
    """One request; `target` is sent as it stands."""

    method: str
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    chunks: int = 0

    def __repr__(self) -> str:
        body = f"{self.body[:120]!r} ({len(self.body)} bytes, {self.chunks} chunks)"
        headers = [(name, value[:60]) for name, value in self.headers]
        return f"{self.method} {self.target[:160]!r} ({len(self.target)} bytes) {headers} {body}"

    def header(self, name: bytes) -> bytes:
        return b", ".join(value for key, value in self.headers if key == name)

    @property
    def path(self) -> str:
        return unquote(self.target.partition(b"?")[0].decode("latin-1"))


@dataclass(frozen=True)
class RawTargets:
    """Between client and application: puts the raw target into the scope as uvicorn does."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = next(value for name, value in scope["headers"] if name == TARGET)
        path, _, query = target.partition(b"?")
        headers = [(name, value) for name, value in scope["headers"] if name != TARGET]
        raw = {"raw_path": path, "path": unquote(path.decode("ascii")), "query_string": query, "headers": headers}
        await self.app({**scope, **raw, "server": (SERVER, 80)}, receive, send)


def attacks(seed: int, count: int) -> Iterator[Attack]:
    """The same `count` requests for the same seed."""
    rng = random.Random(seed)
    kinds: tuple[Callable[[random.Random], Attack], ...] = (_bent_query, _bent_body, _bent_body, _bent_path, _plain)
    for _ in range(count):
        yield _with_forged_headers(rng, rng.choice(kinds)(rng))


def request_of(client: httpx.AsyncClient, attack: Attack) -> httpx.Request:
    """The attack as a request that keeps its target, its forged headers and its chunks."""
    names = {name for name, _ in attack.headers}
    typed = [] if b"content-type" in names or not attack.body else [(b"content-type", b"application/json")]
    headers = [(TARGET, attack.target), *attack.headers, *typed]
    content = _chunked(attack) if attack.chunks else attack.body
    return client.build_request(attack.method, "/", headers=headers, content=content)


async def _chunked(attack: Attack) -> AsyncIterator[bytes]:
    size = len(attack.body) // attack.chunks + 1
    for start in range(0, len(attack.body), size):
        yield attack.body[start : start + size]


def _place(rng: random.Random, places: Sequence[str] = PLACES) -> str:
    ids = [*list(shipped_rules().claims)[:5], "no-such-claim", quote(rng.choice(TEXTS), safe="", errors="replace")]
    return rng.choice(places).format(rng.choice(ids))


def _method(rng: random.Random, usual: str) -> str:
    return usual if rng.random() < 0.7 else rng.choice(METHODS)


def _plain(rng: random.Random) -> Attack:
    return Attack(_method(rng, "GET"), _place(rng).encode())


def _bent_path(rng: random.Random) -> Attack:
    path = rng.choice(PATHS)
    if rng.random() < 0.3:
        path = _place(rng) + rng.choice(PATHS)
    return Attack(_method(rng, "GET"), path.encode())


def _bent_query(rng: random.Random) -> Attack:
    place = _place(rng, ("/", "/advice", "/advice", "/advice.md", "/claims", "/api/v1/claims", *PLACES))
    return Attack(_method(rng, "GET"), place.encode() + b"?" + _query(rng))


def _query(rng: random.Random) -> bytes:
    if rng.random() < 0.05:
        return rng.choice(RAW_QUERIES)
    pairs = pairs_of(next(seeded_answers(rng.randrange(10**6), 1))) if rng.random() < 0.6 else []
    pairs += [(_key(rng), _value(rng)) for _ in range(rng.choice([0, 1, 1, 2, 5]))]
    if pairs and rng.random() < 0.2:
        pairs += rng.choices(pairs, k=rng.choice([1, 3, 300]))
    rng.shuffle(pairs)
    return "&".join(f"{_quoted(rng, key)}={_quoted(rng, value)}" for key, value in pairs).encode()


def _quoted(rng: random.Random, text: str) -> str:
    if rng.random() < 0.02:
        return quote_from_bytes(rng.randbytes(6))
    return quote(text, safe="", errors="surrogatepass")


def _key(rng: random.Random) -> str:
    known = [*shipped_rules().questions, "policy", "change", "source", "criterion", "favours", "status"]
    return rng.choice(known) if rng.random() < 0.7 else rng.choice(TEXTS)


def _value(rng: random.Random) -> str:
    known = [option for question in shipped_rules().questions.values() for option in question.option_ids]
    known += [*shipped_rules().sources, *shipped_rules().criteria, "documents", "today", "refuted", ""]
    return rng.choice(known) if rng.random() < 0.5 else rng.choice(TEXTS)


def _bent_body(rng: random.Random) -> Attack:
    place = "/api/v1/advice" if rng.random() < 0.85 else _place(rng)
    chunks = rng.choice([1, 2, 7]) if rng.random() < 0.25 else 0
    return Attack(_method(rng, "POST"), place.encode(), body=_body(rng), chunks=chunks)


def _body(rng: random.Random) -> bytes:
    if rng.random() < 0.35:
        return rng.choice(RAW_BODIES)
    if rng.random() < 0.01:
        return b'{"answers": {"language": "' + b"x" * 1_000_000 + b'"}}'
    return json.dumps(_bent_request(rng)).encode()


def _raw_bodies() -> tuple[bytes, ...]:
    valid = json.dumps({"answers": raw_for_api(CORE)})
    digits = "9" * 5000
    return (
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        valid.encode()[:-3],
        valid.encode() * 2,
        valid.encode("utf-16"),
        valid.encode("utf-32"),
        b"\xef\xbb\xbf" + valid.encode(),
        b'{"answers": {"language": "\xff\xfe"}}',
        b'{"answers": {"\xed\xa0\x80": "python"}}',
        b"\xff" * 100,
        b"\x00" * 100,
        b"[" * 60_000,
        b"[" * 900 + b"]" * 900,
        b'{"answers":' * 5_000,
        b'{"answers":' * 500 + b"1" + b"}" * 500,
        f'{{"answers": {{"language": {digits}}}}}'.encode(),
        f'{{"answers": {{"language": 0.{digits}}}}}'.encode(),
        b'{"answers": {"language": 1e999999999}}',
        b'{"answers": NaN, "policy": -Infinity}',
        b'{"answers": {"language": "python"}, "answers": {}, "policy": "today", "policy": 1}',
        b'{"answers": {"language": "\\ud800", "\\udfff": ["\\ud83d"]}, "\\ud800": 1, "policy": "\\udead"}',
        b"language=python&goal=production",
        b'--x\r\ncontent-disposition: form-data; name="answers"\r\n\r\n{}\r\n--x--',
        b'{"answers": {' + b",".join(b'"k%d": "v"' % n for n in range(4000)) + b"}}",
        b'{"answers": {"needs": [' + b'"speed",' * 7000 + b'"speed"]}}',
    )


RAW_BODIES = _raw_bodies()


def _bent_request(rng: random.Random) -> Any:
    """A valid request with some of its parts replaced."""
    request: dict[str, Any] = {"answers": raw_for_api(next(seeded_answers(rng.randrange(10**6), 1)))}
    for _ in range(rng.choice([0, 1, 1, 2, 4])):
        part = rng.choice([request, request["answers"]]) if isinstance(request.get("answers"), dict) else request
        key = rng.choice([*part, *shipped_rules().questions, "policy", "answers", *TEXTS])
        part[key] = _json_value(rng, depth=3)
    return request


def _json_value(rng: random.Random, depth: int) -> Any:
    simple = (None, True, 0, -1, 10**30, 1.5, float("nan"), float("inf"), rng.choice(TEXTS), "python", [], {}, [""])
    if depth == 0 or rng.random() < 0.5:
        return rng.choice(simple)
    if rng.random() < 0.5:
        return [_json_value(rng, depth - 1) for _ in range(rng.choice([1, 2, 5]))]
    return {rng.choice(TEXTS): _json_value(rng, depth - 1) for _ in range(rng.choice([1, 2, 5]))}


def _with_forged_headers(rng: random.Random, attack: Attack) -> Attack:
    forged = [(b"accept", b"text/html")] if rng.random() < 0.4 else []
    if rng.random() < 0.4:
        names = rng.sample(sorted(HEADERS), k=rng.choice([1, 1, 2, 4]))
        forged += [(name.encode(), rng.choice(HEADERS[name])) for name in names]
    return replace(attack, headers=tuple(forged))


@dataclass
class Judge:
    """Looks at the answers, and remembers which statuses it has met."""

    statuses: set[int] = field(default_factory=set)

    def faults(self, attack: Attack, response: httpx.Response) -> list[str]:
        """What is wrong with an answer; empty when nothing is."""
        self.statuses.add(response.status_code)
        faults = [*_faults_of_any(response), *_faults_of_redirect(attack, response)]
        if 400 <= response.status_code < 500:
            faults += _faults_of_refusal(attack, response)
        return faults


def _faults_of_any(response: httpx.Response) -> Iterator[str]:
    if response.status_code >= 500:
        yield f"status {response.status_code}"
    if b"Traceback" in response.content:
        yield "a traceback"
    if "content-security-policy" not in response.headers:
        yield "no security headers"
    if "set-cookie" in response.headers:
        yield "a cookie"
    if _is_html(response) and (b"<script>alert" in response.content or b"<img src=x" in response.content):
        yield "unescaped input"


def _faults_of_redirect(attack: Attack, response: httpx.Response) -> Iterator[str]:
    """A redirect stays on this site: a path, or an address on the host that the caller itself named."""
    location = response.headers.get("location")
    if location is None or (location.startswith("/") and not location.startswith(("//", "/\\"))):
        return
    named = attack.header(b"host").decode("latin-1")
    if not location.startswith((f"http://{SERVER}/", f"http://{named}/")):
        yield f"a redirect to {location[:80]}"


def _faults_of_refusal(attack: Attack, response: httpx.Response) -> Iterator[str]:
    type = response.headers.get("content-type", "none")
    if _is_html(response):
        if b"text/html" not in attack.header(b"accept") or attack.path.startswith("/api/"):
            yield "a page for a program"
        if attack.method != "HEAD" and b"<h1" not in response.content:
            yield "a page without a heading"
    elif type != PROBLEM:
        yield f"{response.status_code} as {type}: {response.content[:60]!r}"
    elif attack.method != "HEAD":
        yield from _faults_of_problem(response)


def _faults_of_problem(response: httpx.Response) -> Iterator[str]:
    problem = response.json()
    if problem["status"] != response.status_code:
        yield "another status in the body"
    if not problem["errors"]:
        yield "no errors"
    if not all(isinstance(error["field"], str) and error["field"] for error in problem["errors"]):
        yield "an error without a field"


def _is_html(response: httpx.Response) -> bool:
    return response.headers.get("content-type", "").startswith("text/html")
