"""A small application behind the guarded protocol, on a free port of this process, and raw connections to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from app.server.protocol import MAX_HEAD_BYTES, ConnectionLimits, Guarded, guarded

PATIENCE_S = 30
"""How long anything may take that must happen at all; no test measures time."""

GET = b"GET / HTTP/1.1\r\nhost: tests\r\n\r\n"


class GuardedServer:
    """Where it listens, and the connections that it holds."""

    def __init__(self, port: int, state: ServerState) -> None:
        self.port, self._state = port, state

    @property
    def connections(self) -> list[Guarded]:
        return [one for one in self._state.connections if isinstance(one, Guarded)]

    async def connect(self, source: str = "127.0.0.1", sent: bytes = b"") -> "RawConnection":
        """A connection from an address of this machine, which has sent this so far."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(source, 0))
        connection = RawConnection(reader, writer)
        await connection.send(sent)
        return connection

    async def has(self, connections: int) -> None:
        """Returns once it holds so many."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.connections) != connections:
                await asyncio.sleep(0.01)


class RawConnection:
    """Bytes to a server, and what comes back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self._writer = reader, writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def trickle(self, data: bytes, seconds: float) -> None:
        """Send byte after byte until all is sent or the server has had enough."""
        try:
            for place in range(len(data)):
                await self.send(data[place : place + 1])
                await asyncio.sleep(seconds)
        except ConnectionError:
            return

    async def answer(self) -> bytes:
        """The head and the body of one answer."""
        async with asyncio.timeout(PATIENCE_S):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), b":0")
            return head + await self.reader.readexactly(int(length.partition(b":")[2]))

    async def rest(self) -> bytes:
        """What comes until the server ends the connection."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""

    async def close(self) -> None:
        self._writer.close()
        await asyncio.gather(self._writer.wait_closed(), return_exceptions=True)


@asynccontextmanager
async def guarded_server(
    app: ASGIApp, request_seconds: float = PATIENCE_S, connections: int = 100
) -> AsyncIterator[GuardedServer]:
    """Serve an application for as long as the block lasts."""
    protocol = guarded(ConnectionLimits(request_seconds, connections))
    config = uvicorn.Config(
        app, http=protocol, ws="none", lifespan="off", log_config=None, h11_max_incomplete_event_size=MAX_HEAD_BYTES
    )
    config.load()
    state = ServerState()

    def connection() -> asyncio.Protocol:
        return protocol(config=config, server_state=state, app_state={})

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    try:
        yield GuardedServer(server.sockets[0].getsockname()[1], state)
    finally:
        server.close()
        for one in list(state.connections):
            one.transport.abort()
        for task in list(state.tasks):
            task.cancel()
        await asyncio.gather(*state.tasks, return_exceptions=True)
