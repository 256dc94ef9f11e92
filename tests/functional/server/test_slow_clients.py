"""Clients that send slowly, or not at all, against the real server: they are ended, and nobody else waits for them."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.server.child_processes import PATIENCE_S, Server, serving

PLACES = 20
"""How many connections the server holds."""

HEAD = b"POST /api/v1/advice HTTP/1.1\r\nhost: tests\r\n"
STARTS = {
    "nothing": b"",
    "half a line": b"GET /adv",
    "a head without an end": HEAD + b"x-a: b\r\n",
    "a body that stays away": HEAD + b"content-length: 60000\r\n\r\n",
    "half a body": HEAD + b"content-length: 60000\r\n\r\n" + b" " * 30_000,
    "a chunk that stays away": HEAD + b"transfer-encoding: chunked\r\n\r\nffff\r\n",
    "no last chunk": HEAD + b"transfer-encoding: chunked\r\n\r\n1\r\n \r\n",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with little room and little patience, which is well after all of it."""
    settings = {"TIEBREAK_REQUEST_SECONDS": "1", "TIEBREAK_CONNECTIONS": str(PLACES)}
    with serving(tmp_path_factory.mktemp("slow") / "log", settings) as server:
        yield server
        assert httpx.get(f"{server.address}/readyz", timeout=PATIENCE_S).status_code == 200
        assert "Traceback" not in server.log.read_text()
        assert "ERROR" not in server.log.read_text()


def opened(server: Server, sent: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S)
    connection.sendall(sent)
    return connection


def said_until_the_end(connection: socket.socket) -> bytes:
    """All that comes before the server ends the connection."""
    said = b""
    try:
        while part := connection.recv(65_536):
            said += part
    except ConnectionError:
        pass
    connection.close()
    return said


@pytest.mark.parametrize("sent", STARTS.values(), ids=list(STARTS))
def test_whoever_stops_sending_is_ended_and_told(server: Server, sent: bytes) -> None:
    said = said_until_the_end(opened(server, sent))
    assert said.startswith(b"HTTP/1.1 408 ") if sent else said == b""


def test_a_byte_now_and_then_is_too_slow_in_head_and_body(server: Server) -> None:
    def trickle(start: bytes) -> bytes:
        connection = opened(server, start)
        connection.settimeout(0.1)
        said = b""
        while not said:
            try:
                connection.sendall(b"a")
                said = connection.recv(65_536) or b"ended"
            except TimeoutError:
                continue
            except ConnectionError:
                said = b"ended"
        connection.close()
        return said

    starts = [b"", HEAD, HEAD + b"content-length: 60000\r\n\r\n", HEAD + b"transfer-encoding: chunked\r\n\r\nffff\r\n"]
    with ThreadPoolExecutor(len(starts)) as pool:
        assert all(said.startswith((b"HTTP/1.1 408 ", b"ended")) for said in pool.map(trickle, starts))


@pytest.mark.parametrize("sent", [STARTS["nothing"], STARTS["a head without an end"], STARTS["half a body"]])
def test_a_crowd_of_them_keeps_nobody_out(server: Server, sent: bytes) -> None:
    crowd = [opened(server, sent) for _ in range(PLACES * 5)]
    for _ in range(10):
        assert httpx.get(f"{server.address}/healthz", timeout=PATIENCE_S).status_code == 200
    for connection in crowd:
        connection.close()
