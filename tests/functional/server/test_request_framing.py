"""Where a request ends is never in doubt: what one server takes for a body, no other may take for a request."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from app.web.request_limits import MAX_HEADER_BYTES, MAX_HEADERS
from tests.support.server.guarded_server import GuardedServer, guarded_server
from tests.support.web.web_client import client_of, problem_fields

HIDDEN = b"GET /healthz HTTP/1.1\r\nhost: hidden\r\nconnection: close\r\n\r\n"


@pytest.fixture
async def server(application: FastAPI) -> AsyncIterator[GuardedServer]:
    async with guarded_server(application) as server:
        yield server


async def answers_to(server: GuardedServer, sent: bytes) -> list[int]:
    """The statuses of everything that comes back before the connection ends."""
    connection = await server.connect(sent=sent)
    said = await connection.rest()
    await connection.close()
    return [int(part[:3]) for part in said.split(b"HTTP/1.1 ")[1:]]


def post(*headers: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join([b"POST /api/v1/advice HTTP/1.1", b"host: a", *headers, b"", body])


@pytest.mark.parametrize(
    "sent",
    [
        post(b"content-length: 5", b"transfer-encoding: chunked", body=b"0\r\n\r\n" + HIDDEN),
        post(b"transfer-encoding: chunked", b"content-length: 0", body=b"5\r\nhello\r\n0\r\n\r\n" + HIDDEN),
        post(b"content-length: 0", b"content-length: 44", body=HIDDEN),
        post(b"content-length: 0, 44", body=HIDDEN),
        post(b"content-length: 0x2c", body=HIDDEN),
        post(b"content-length: -1", body=HIDDEN),
        post(b"content-length : 44", body=HIDDEN),
        post(b"transfer-encoding: identity", body=HIDDEN),
        post(b"transfer-encoding: chunked, identity", body=b"0\r\n\r\n" + HIDDEN),
        post(b"transfer-encoding: xchunked", body=b"0\r\n\r\n" + HIDDEN),
        post(b"transfer-encoding: chunked", b"transfer-encoding: chunked", body=b"0\r\n\r\n" + HIDDEN),
        post(b"transfer-encoding: \x0bchunked", body=b"0\r\n\r\n" + HIDDEN),
        post(b"transfer-encoding: chunked", body=b"0x5\r\nhello\r\n0\r\n\r\n" + HIDDEN),
        post(b"transfer-encoding: chunked", body=b"5\r\nhelloXX0\r\n\r\n" + HIDDEN),
    ],
)
async def test_an_unclear_end_is_refused_and_nothing_behind_it_is_read(server: GuardedServer, sent: bytes) -> None:
    statuses = await answers_to(server, sent)
    assert len(statuses) == 1
    assert statuses[0] in (400, 501)


async def test_a_clear_end_is_followed_by_the_next_request(server: GuardedServer) -> None:
    assert await answers_to(server, post(b"content-length: 2", body=b"{}" + HIDDEN)) == [422, 200]
    chunked = post(b"transfer-encoding: chunked", body=b"2\r\n{}\r\n0\r\n\r\n" + HIDDEN)
    assert await answers_to(server, chunked) == [422, 200]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET http://evil.example/claims HTTP/1.1", 404),
        (b"GET evil.example:443 HTTP/1.1", 404),
        (b"CONNECT evil.example:443 HTTP/1.1", 404),
        (b"OPTIONS * HTTP/1.1", 404),
        (b"GET //evil.example/claims HTTP/1.1", 404),
        (b"TRACE / HTTP/1.1", 405),
        (b"PRI * HTTP/2.0", 404),
    ],
)
async def test_a_target_that_is_no_path_leads_nowhere(server: GuardedServer, line: bytes, status: int) -> None:
    assert await answers_to(server, line + b"\r\nhost: a\r\nconnection: close\r\n\r\n") == [status]


@pytest.mark.parametrize("upgrade", [b"websocket", b"h2c", b"TLS/1.0"])
async def test_nothing_is_upgraded(server: GuardedServer, upgrade: bytes) -> None:
    head = b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: upgrade, close\r\nupgrade: " + upgrade + b"\r\n\r\n"
    assert await answers_to(server, head) == [200]


async def test_many_headers_and_large_ones_are_refused_by_name(
    client: httpx.AsyncClient, server: GuardedServer
) -> None:
    many = {f"x-{number}": "a" for number in range(MAX_HEADERS)}
    for headers in (many, {"x-large": "a" * MAX_HEADER_BYTES}, {"cookie": "a=b; " * 10_000}):
        response = await client.get("/", headers=headers)
        assert response.status_code == 431
        assert problem_fields(response) == ["headers"]
        sent = b"".join(f"{name}: {value}\r\n".encode() for name, value in headers.items())
        assert await answers_to(server, b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n" + sent + b"\r\n") == [431]
    assert (await client.get("/healthz", headers={"x-large": "a" * (MAX_HEADER_BYTES - 1_000)})).status_code == 200


@pytest.mark.parametrize("header", ["x-http-method-override", "x-http-method", "x-method-override"])
async def test_a_method_is_what_the_request_line_says(tmp_path: Path, header: str) -> None:
    async with client_of(create_app(Settings(rules=None, data=tmp_path))) as client:
        run = (await client.post("/api/v1/runs", json={"probe": "import"})).json()["id"]
        address = f"/api/v1/runs/{run}"
        assert (await client.post(address, headers={header: "DELETE"})).status_code == 405
        assert (await client.get(address, headers={header: "DELETE"}, params={"_method": "DELETE"})).status_code == 200
        assert (await client.get(address)).json()["status"] == "queued"
        refused = await client.put(address)
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, DELETE, HEAD")
