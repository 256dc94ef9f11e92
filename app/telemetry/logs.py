"""The format of the log: plain or JSON lines, each with the ids of its request and its run."""

import logging
import sys
import time
import traceback
from collections.abc import Mapping
from typing import Any, Literal, TextIO

from app.runs.observers import executing
from app.telemetry.request_ids import current_request

Format = Literal["plain", "json"]
Level = Literal["debug", "info", "warning", "error"]

OWN = ("tiebreak", "uvicorn")
"""Loggers with the level of the settings. Others log warnings and errors only: some libraries log too much."""

RENAMED = {"levelname": "level", "name": "logger", "exc_info": "traceback"}


def set_up_logging(format: Format, level: Level, stream: TextIO | None = None) -> None:
    """Make the whole process log to a stream, by default to standard error."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_json_formatter() if format == "json" else PlainFormatter())
    handler.addFilter(Ids(keep_messages=level == "debug"))
    chosen = logging.getLevelNamesMapping()[level.upper()]
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(chosen, logging.WARNING))
    for name in OWN:
        logging.getLogger(name).setLevel(chosen)
    logging.captureWarnings(True)


class Ids(logging.Filter):
    """Adds the ids to each line, and removes from the tracebacks of requests the messages, which may quote visitors."""

    def __init__(self, keep_messages: bool) -> None:
        super().__init__()
        self._keep_messages = keep_messages

    def filter(self, record: logging.LogRecord) -> bool:
        request = current_request.get()
        record.__dict__.update(request_id=request, run_id=executing.get())
        if request and record.exc_info and record.exc_info[1] and not self._keep_messages:
            record.exc_text, record.exc_info = bare_traceback(record.exc_info[1]), None
        return True


def bare_traceback(error: BaseException) -> str:
    """A traceback, innermost cause first, with the errors' types and without their messages."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    return "\n\n".join(map(_one_traceback, reversed(chain)))


def _one_traceback(error: BaseException) -> str:
    members = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    frames = "".join(traceback.format_tb(error.__traceback__))
    own = f"Traceback (most recent call last):\n{frames}{type(error).__module__}.{type(error).__qualname__}"
    return "\n\n".join([*map(bare_traceback, members), own])


class PlainFormatter(logging.Formatter):
    """`2026-11-29T12:00:00.123Z INFO tiebreak.requests: GET /claims 200 in 4.1 ms, 9120 bytes [request 5f…]`."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        ids = [f"{name} {id}" for name, id in _ids(record).items() if id]
        suffix = f" [{', '.join(ids)}]" if ids else ""
        message = record.getMessage().strip().replace("\r", "\\r").replace("\n", "\\n")
        return f"{moment(record)} {record.levelname} {record.name}: {message}{suffix}"


def _ids(record: logging.LogRecord) -> Mapping[str, str | None]:
    return {"request": getattr(record, "request_id", None), "run": getattr(record, "run_id", None)}


def moment(record: logging.LogRecord) -> str:
    """The time of a line in UTC, to the millisecond."""
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03}Z"


def _json_formatter() -> logging.Formatter:
    from pythonjsonlogger.core import RESERVED_ATTRS
    from pythonjsonlogger.json import JsonFormatter

    class OneLine(JsonFormatter):
        """One JSON object a line, without empty fields."""

        def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
            log_data["message"] = log_data["message"].strip()
            return {key: value for key, value in log_data.items() if value is not None}

        def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
            return moment(record)

    names = ["asctime", "levelname", "name", "message", "request_id", "run_id"]
    hidden = [*RESERVED_ATTRS, "color_message"]  # uvicorn's own, for terminals
    return OneLine(names, rename_fields={**RENAMED, "asctime": "time"}, reserved_attrs=hidden)
