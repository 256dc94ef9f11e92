"""Run the application under uvicorn."""

import asyncio
import sys
from socket import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.main import create_app
from app.own_memory import hide_own_memory
from app.runs.service import RunService

MAX_HEAD_BYTES = 262_144
"""Request line and headers; generous, so that the application itself refuses what is too long, with a reason."""

UNREAD_SECONDS = 0.5
"""How long a client may take, when the service stops, to read what it has been sent."""


class Server(uvicorn.Server):
    """Ends the workers as soon as a signal asks it to stop: open event streams then end by themselves."""

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Serve, and meanwhile find out what the interpreters have."""
        await super().startup(sockets)
        runs = self._runs()
        if runs is not None:
            runs.inspection.begin()

    def _runs(self) -> RunService | None:
        application = self.config.app
        return application.state.service.runs if isinstance(application, FastAPI) else None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        runs = self._runs()
        if runs is not None:
            runs.stop_soon()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """End what is open. A client that does not take what it is sent would hold that up: it is cut off."""
        asyncio.get_running_loop().call_later(UNREAD_SECONDS, self._cut_off_who_does_not_read)
        await super().shutdown(sockets)

    def _cut_off_who_does_not_read(self) -> None:
        for connection in list(self.server_state.connections):
            transport = connection.transport
            if transport.get_write_buffer_size():
                transport.abort()


def run(host: str, port: int) -> None:
    """Serve until a signal ends it; requests in flight get a second to finish."""
    hide_own_memory()
    config = uvicorn.Config(
        create_app(),
        host=host,
        port=port,
        http="h11",
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        server_header=False,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    try:
        Server(config).run()
    except KeyboardInterrupt:  # Ctrl-C is how a person ends it
        return
    except SystemExit as stop:  # uvicorn has said why; its own statuses are not ours
        sys.exit(1 if stop.code else 0)
