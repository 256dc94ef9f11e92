"""Run the application under uvicorn."""

import sys

import uvicorn

from app.main import create_app

MAX_HEAD_BYTES = 262_144
"""Request line and headers; generous, so that the application itself refuses what is too long, with a reason."""


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
        uvicorn.Server(config).run()
    except KeyboardInterrupt:  # Ctrl-C is how a person ends it
        return
    except SystemExit as stop:  # uvicorn has said why; its own statuses are not ours
        sys.exit(1 if stop.code else 0)
