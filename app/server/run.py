"""Run the application under uvicorn."""

import asyncio
import logging
import sys
from socket import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.main import create_app
from app.runs.service import RunService
from app.runs.worker.hardening import hide_own_memory
from app.server.preflight import check_start, room_for, warnings
from app.server.protocol import MAX_HEAD_BYTES, ConnectionLimits, guarded
from app.settings import Settings, read_settings
from app.telemetry.logs import set_up_logging

log = logging.getLogger("uvicorn.error")

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
    """Serve until a signal ends it; requests in flight get a second to finish.

    Raises:
        UnusableSetting: the service cannot start with a setting, or at this address.
    """
    hide_own_memory()
    settings = read_settings()
    set_up_logging(settings.log_format, settings.log_level)
    check_start(settings, host, port)
    application = create_app()
    try:
        Server(_config(application, settings, host, port)).run()
    except KeyboardInterrupt:  # Ctrl-C is how a person ends it
        return
    except SystemExit as stop:  # uvicorn has said why; its own statuses are not ours
        sys.exit(1 if stop.code else 0)


def _config(application: FastAPI, settings: Settings, host: str, port: int) -> uvicorn.Config:
    connections = room_for(settings.connections)
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        http=guarded(ConnectionLimits(settings.request_seconds, connections)),
        ws="none",
        log_config=None,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        proxy_headers=False,  # the application believes those of `TIEBREAK_TRUSTED_PROXIES`, and nobody else's
        server_header=False,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    for warning in warnings(settings):
        log.warning(warning)
    if connections < settings.connections:
        log.warning("TIEBREAK_CONNECTIONS: the system's limit of open files leaves room for %d only", connections)
    return config
