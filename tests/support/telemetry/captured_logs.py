"""What an application in this process logs, as it would be in the server's."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.telemetry.logs import OWN, Format, Level, set_up_logging


@contextmanager
def logged(format: Format = "json", level: Level = "info") -> Iterator[io.StringIO]:
    """Takes what is logged; the process's own set-up comes back with the end of the block."""
    root, stream = logging.getLogger(), io.StringIO()
    loggers = [root, *map(logging.getLogger, OWN)]
    handlers, levels = root.handlers[:], [logger.level for logger in loggers]
    set_up_logging(format, level, stream)
    try:
        yield stream
    finally:
        logging.captureWarnings(False)
        root.handlers[:] = handlers
        for logger, before in zip(loggers, levels, strict=True):
            logger.setLevel(before)


def lines_of(stream: io.StringIO, logger: str | None = None) -> list[dict[str, Any]]:
    """The lines of a JSON log, of one logger or of all."""
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [line for line in lines if logger in (None, line["logger"])]
