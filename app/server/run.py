"""Run the application under uvicorn."""

import asyncio
import logging
import sys
from collections.abc import Callable
from socket import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.main import create_app
from app.runs.service import RunService
from app.runs.worker.hardening import hide_own_memory
from app.server.preflight import check_start, room_for, warnings
from app.server.protocol import MAX_HEAD_BYTES, ConnectionLimits, guarded
from app.settings import Settings
from app.telemetry.logs import set_up_logging

log = logging.getLogger("uvicorn.error")

UNREAD_SECONDS = 0.5
"""How long a client may take to read its response when the service stops."""


class Server(uvicorn.Server):
    """Ends the workers as soon as a signal stops it: open event streams then end by themselves."""

    def __init__(self, config: uvicorn.Config, runs: RunService) -> None:
        super().__init__(config)
        self._runs = runs

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Serve, and meanwhile find out which frameworks the interpreters have."""
        await super().startup(sockets)
        self._runs.inspection.begin()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._runs.stop_soon()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """End all connections. A client that does not read its response would delay that, so it is cut off."""
        asyncio.get_running_loop().call_later(UNREAD_SECONDS, self._cut_off_slow_readers)
        await super().shutdown(sockets)

    def _cut_off_slow_readers(self) -> None:
        for connection in list(self.server_state.connections):
            transport = connection.transport
            if transport.get_write_buffer_size():
                transport.abort()


def run(
    settings: Settings,
    host: str | None = None,
    port: int | None = None,
    make_app: Callable[[Settings], FastAPI] = create_app,
    hide_memory: bool = True,
) -> None:
    """Serve until a signal stops it; requests in progress get a second to finish.

    Args:
        host, port: where to listen; by default where the settings say.
        make_app: makes the application from the settings.
        hide_memory: keeps other processes of the same user from reading this one's memory and environment.

    Raises:
        UnusableSetting: the service cannot start with a setting, or at this address.
    """
    if hide_memory:
        hide_own_memory()
    host, port = host or settings.listen_host, settings.listen_port if port is None else port
    set_up_logging(settings.log_format, settings.log_level)
    check_start(settings, host, port)
    application = make_app(settings)
    try:
        Server(_config(application, settings, host, port), application.state.service.runs).run()
    except KeyboardInterrupt:  # Ctrl-C is how a person ends it
        return
    except SystemExit as stop:  # uvicorn has logged why; its own statuses are not ours
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
        proxy_headers=False,  # the application trusts the proxies of `TIEBREAK_TRUSTED_PROXIES` only
        server_header=False,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    for warning in warnings(settings):
        log.warning(warning)
    if connections < settings.connections:
        log.warning("TIEBREAK_CONNECTIONS: the system's limit of open files allows only %d", connections)
    return config
