"""What one connection may cost: time to send, time to take, and a place among the others."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.server.protocol import MAX_HEAD_BYTES
from app.web.middleware import SECURITY_HEADERS
from app.web.request_limits import RequestLimits
from tests.support.server.guarded_server import GET, PATIENCE_S, GuardedServer, RawConnection, guarded_server

SHORT = 0.3
"""A time limit that a test can wait for."""

POST = b"POST / HTTP/1.1\r\nhost: tests\r\ncontent-length: 1000\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nhost: tests\r\ntransfer-encoding: chunked\r\n\r\n"


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


echo = RequestLimits(_echo, max_body_bytes=65_536, max_query_bytes=8_192)
"""Answers with how long the body is, behind the limits that the application has."""


async def hasty(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers before it has read anything."""
    await PlainTextResponse("early")(scope, receive, send)


def problem(answer: bytes, status: int) -> dict[str, object]:
    """The problem in a raw answer, after checking what stands around it."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0].startswith(f"HTTP/1.1 {status} ")
    headers = dict(line.split(": ", 1) for line in lines[1:])
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"
    assert set(SECURITY_HEADERS) <= set(headers)
    found: dict[str, object] = json.loads(body)
    assert found["status"] == status
    return found


async def test_a_connection_that_never_sends_anything_is_ended() -> None:
    async with guarded_server(echo, SHORT) as server:
        connection = await server.connect()
        assert await connection.rest() == b""
        await server.has(0)
        await connection.close()


@pytest.mark.parametrize("sent", [b"G", GET[:-2], POST, POST + b"x" * 999, CHUNKED + b"5\r\nab"])
async def test_a_request_that_does_not_end_is_given_up_with_its_reason(sent: bytes) -> None:
    async with guarded_server(echo, SHORT) as server:
        connection = await server.connect(sent=sent)
        problem(await connection.rest(), 408)
        await server.has(0)
        await connection.close()


@pytest.mark.parametrize("start", [b"", POST, CHUNKED + b"ffff\r\n"])
async def test_a_byte_now_and_then_buys_no_time(start: bytes) -> None:
    async with guarded_server(echo, SHORT) as server:
        connection = await server.connect(sent=start)
        sending = asyncio.create_task(connection.trickle(b"GET /" + b"a" * 100_000, 0.02))
        problem(await connection.rest(), 408)
        sending.cancel()
        await connection.close()


async def test_a_body_without_an_end_is_given_up_after_an_early_answer_too() -> None:
    async with guarded_server(hasty, SHORT) as server:
        connection = await server.connect(sent=CHUNKED)
        assert (await connection.answer()).endswith(b"early")
        assert await connection.rest() == b""
        await connection.close()


async def test_a_connection_that_is_kept_for_more_and_not_used_is_ended() -> None:
    async with guarded_server(echo, SHORT) as server:
        connection = await server.connect(sent=GET)
        assert (await connection.answer()).startswith(b"HTTP/1.1 200 ")
        assert await connection.rest() == b""
        await connection.close()


async def test_an_answer_may_take_longer_than_a_request() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(SHORT * 4)
        await PlainTextResponse("at last")(scope, receive, send)

    async with guarded_server(slow, SHORT) as server:
        connection = await server.connect(sent=GET)
        assert (await connection.answer()).endswith(b"at last")
        await connection.close()


async def test_requests_in_a_row_and_in_one_piece_are_answered() -> None:
    async with guarded_server(echo) as server:
        connection = await server.connect(sent=GET * 3)
        for _ in range(3):
            assert (await connection.answer()).endswith(b"0")
        await connection.send(POST + b"x" * 1000)
        assert (await connection.answer()).endswith(b"1000")
        await connection.close()


async def opened(
    server: GuardedServer, count: int, sent: bytes = b"", source: str = "127.0.0.1"
) -> list[RawConnection]:
    return [await server.connect(source, sent) for _ in range(count)]


@pytest.mark.parametrize("sent", [b"", GET[:-2], POST])
async def test_connections_that_send_nothing_keep_nobody_out(sent: bytes) -> None:
    async with guarded_server(echo, connections=10) as server:
        idle = await opened(server, 30, sent)
        for _ in range(5):
            visitor = await server.connect(sent=GET)
            assert (await visitor.answer()).startswith(b"HTTP/1.1 200 ")
            await visitor.close()
        assert len(server.connections) <= 10
        await asyncio.gather(*(one.close() for one in idle))


async def test_whoever_holds_most_connections_gives_way() -> None:
    async with guarded_server(echo, connections=10) as server:
        (visitor,) = await opened(server, 1, GET[:-2], "127.0.0.2")
        idle = await opened(server, 30)
        await visitor.send(GET[-2:])
        assert (await visitor.answer()).startswith(b"HTTP/1.1 200 ")
        await asyncio.gather(*(one.close() for one in [visitor, *idle]))


async def test_when_all_are_at_work_a_new_one_is_refused_and_the_others_go_on() -> None:
    go_on = asyncio.Event()

    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        await go_on.wait()
        await PlainTextResponse("done")(scope, receive, send)

    async with guarded_server(waits, connections=10) as server:
        busy = await opened(server, 10, GET)
        await server.has(10)
        refused = await server.connect(sent=GET)
        answer = await refused.rest()
        problem(answer, 503)
        assert b"\r\nretry-after: " in answer
        go_on.set()
        assert [(await one.answer())[-4:] for one in busy] == [b"done"] * 10
        await asyncio.gather(*(one.close() for one in [refused, *busy]))


async def test_refused_ones_do_not_pile_up() -> None:
    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(PATIENCE_S)

    async with guarded_server(waits, connections=10) as server:
        busy = await opened(server, 10, GET)
        await server.has(10)
        refused = await opened(server, 200)
        assert len(server.connections[0].lingering) <= 64
        assert len(server.connections) == 10
        await asyncio.gather(*(one.close() for one in [*refused, *busy]))


class Endless:
    """A stream without end, and how much of it was asked for."""

    def __init__(self) -> None:
        self.given = 0
        self.over = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await StreamingResponse(self._pieces())(scope, receive, send)
        self.over.set()

    async def _pieces(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0)
            self.given += 65_536
            yield b"x" * 65_536


async def test_a_reader_that_takes_nothing_fills_no_memory_and_is_given_up() -> None:
    app = Endless()
    async with guarded_server(app, SHORT) as server:
        connection = await server.connect(sent=GET)
        async with asyncio.timeout(PATIENCE_S):
            await app.over.wait()
        assert app.given < 32 * 2**20  # what the system's own buffers of both ends take, and no more
        await server.has(0)
        await connection.close()


async def test_a_reader_that_keeps_taking_is_given_everything() -> None:
    whole = b"x" * 16 * 2**20

    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(whole)(scope, receive, send)

    async with guarded_server(large, 3) as server:
        connection = await server.connect(sent=GET)
        await connection.reader.readuntil(b"\r\n\r\n")
        taken = 0
        while taken < len(whole):
            taken += len(await connection.reader.read(2**18))
            await asyncio.sleep(0.01)
        assert taken == len(whole)
        await connection.close()


async def test_an_answer_of_which_the_end_is_not_taken_holds_no_connection() -> None:
    """Less waits than makes the application wait, so that it knows nothing of it."""
    whole = b"x" * 16 * 2**20

    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(whole)(scope, receive, send)

    async with guarded_server(large, SHORT) as server:
        connection = await server.connect(sent=GET.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
        await server.has(0)
        await connection.close()


MALFORMED = [
    b"\x00" * 100,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost : a\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: a\x00b\r\n\r\n",
    b"GET /\xc3\xa4 HTTP/1.1\r\nhost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: a\r\n folded: x\r\nx\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
    b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: +5\r\n\r\nhello",
    b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
    CHUNKED + b"zz\r\n",
    CHUNKED + b"-1\r\n",
    CHUNKED + b"5\r\nhelloworld\r\n",
]


@pytest.mark.parametrize("sent", MALFORMED, ids=range(len(MALFORMED)))
@pytest.mark.parametrize("app", [echo, hasty])
async def test_what_is_no_http_is_refused_and_breaks_nothing(
    sent: bytes, app: object, caplog: pytest.LogCaptureFixture
) -> None:
    async with guarded_server(echo if app is echo else hasty) as server:
        connection = await server.connect(sent=sent)
        answer = await connection.rest()
        if not answer.endswith(b"early"):  # or was answered before its fault was there to be seen
            status = int(answer.split(b" ", 2)[1])
            assert status in (400, 501)
            assert problem(answer, status)["errors"]
        await connection.close()
        visitor = await server.connect(sent=GET)
        assert (await visitor.answer()).startswith(b"HTTP/1.1 200 ")
        await visitor.close()
    assert not [record for record in caplog.records if record.exc_info or record.levelno > logging.WARNING]


async def test_what_is_no_http_behind_a_request_is_refused_after_its_answer() -> None:
    async with guarded_server(echo) as server:
        connection = await server.connect(sent=GET + b"\x00\r\n\r\n")
        assert (await connection.answer()).startswith(b"HTTP/1.1 200 ")
        problem(await connection.rest(), 400)
        await connection.close()


async def test_a_head_without_an_end_is_too_large() -> None:
    async with guarded_server(echo) as server:
        connection = await server.connect(sent=GET[:-2] + b"x: " + b"a" * MAX_HEAD_BYTES)
        assert problem(await connection.rest(), 431)["errors"]
        await connection.close()
