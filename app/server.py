"""Run the application under uvicorn."""

import sys
from socket import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.main import create_app
from app.observing.logs import set_up_logging
from app.runs.service import RunService
from app.settings import read_settings

MAX_HEAD_BYTES = 262_144
"""Request line and headers; generous, so that the application itself refuses what is too long, with a reason."""


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


def run(host: str, port: int) -> None:
    """Serve until a signal ends it; requests in flight get two seconds to finish."""
    settings = read_settings()
    set_up_logging(settings.log_format, settings.log_level)
    config = uvicorn.Config(
        create_app(),
        host=host,
        port=port,
        http="h11",
        ws="none",
        log_config=None,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        server_header=False,
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    try:
        Server(config).run()
    except KeyboardInterrupt:  # Ctrl-C is how a person ends it
        return
    except SystemExit as stop:  # uvicorn has said why; its own statuses are not ours
        sys.exit(1 if stop.code else 0)
