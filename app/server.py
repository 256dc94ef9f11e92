"""Run the application under uvicorn."""

import sys
from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.main import create_app

MAX_HEAD_BYTES = 262_144
"""Request line and headers; generous, so that the application itself refuses what is too long, with a reason."""


class Server(uvicorn.Server):
    """Ends the workers as soon as a signal asks it to stop: open event streams then end by themselves."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        application = self.config.app
        if isinstance(application, FastAPI):
            application.state.service.runs.stop_soon()
        super().handle_exit(sig, frame)


def run(host: str, port: int) -> None:
    """Serve until a signal ends it; requests in flight get two seconds to finish."""
    config = uvicorn.Config(
        create_app(),
        host=host,
        port=port,
        http="h11",
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
