"""Seeded requests that no well-meaning caller sends."""

import json
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, quote_from_bytes, unquote

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.support.advice.answer_sets import seeded_answers, shipped_rules
from tests.support.hostile.material import HEADERS, PATHS, PLACES, RAW_BODIES, RAW_QUERIES, TEXTS
from tests.support.web.web_client import pairs_of, raw_for_api

TARGET = b"x-test-target"
"""The header by which `RawTargets` learns the target, so that no client library tidies it up on the way."""

SERVER = "tiebreak.test"
"""The name by which the server knows itself when a request names no usable host."""

PROBE = "polynomial_gradient"
"""A probe that there is."""

METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS")


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
    ids = [
        *list(shipped_rules().claims)[:5],
        PROBE,
        "no-such-claim",
        quote(rng.choice(TEXTS), safe="", errors="replace"),
    ]
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
    known += ["page", "size", "probe"]
    return rng.choice(known) if rng.random() < 0.7 else rng.choice(TEXTS)


def _value(rng: random.Random) -> str:
    known = [option for question in shipped_rules().questions.values() for option in question.option_ids]
    known += [*shipped_rules().sources, *shipped_rules().criteria, "documents", "today", "refuted", ""]
    return rng.choice(known) if rng.random() < 0.5 else rng.choice(TEXTS)


def _bent_body(rng: random.Random) -> Attack:
    usual = ("/api/v1/advice", "/api/v1/advice", "/api/v1/runs", f"/probes/{PROBE}")
    place = rng.choice(usual) if rng.random() < 0.85 else _place(rng)
    chunks = rng.choice([1, 2, 7]) if rng.random() < 0.25 else 0
    return Attack(_method(rng, "POST"), place.encode(), body=_body(rng), chunks=chunks)


def _body(rng: random.Random) -> bytes:
    if rng.random() < 0.35:
        return rng.choice(RAW_BODIES)
    if rng.random() < 0.01:
        return b'{"answers": {"language": "' + b"x" * 1_000_000 + b'"}}'
    return json.dumps(_bent_request(rng)).encode()


def _bent_request(rng: random.Random) -> Any:
    """A valid request with some of its parts replaced."""
    request: dict[str, Any] = {"answers": raw_for_api(next(seeded_answers(rng.randrange(10**6), 1)))}
    for _ in range(rng.choice([0, 1, 1, 2, 4])):
        part = rng.choice([request, request["answers"]]) if isinstance(request.get("answers"), dict) else request
        key = rng.choice([*part, *shipped_rules().questions, "policy", "answers", *TEXTS])
        part[key] = _json_value(rng, depth=3)
    return request


def _json_value(rng: random.Random, depth: int) -> Any:
    simple: tuple[Any, ...] = (
        None,
        True,
        0,
        -1,
        10**30,
        1.5,
        float("nan"),
        float("inf"),
        rng.choice(TEXTS),
        "python",
        [],
        {},
        [""],
    )
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
