"""A worker's life: bound itself, say that it is ready, carry out commands until there are no more."""

from __future__ import annotations

import time
import traceback
from pathlib import Path
from typing import Any

from probes.worker.channel import Channel, Message, as_line, leave
from probes.worker.limits import bound_memory, die_first, die_with_parent, pin

TRACEBACK_CHARACTERS = 6000


def main(reply_descriptor: int) -> None:
    """Never returns: the process ends here.

    The first command says who the worker is: framework, parent, cores, data_bytes, scratch.
    """
    channel = Channel(reply_descriptor)
    commands = channel.commands()
    first = next(commands, None)
    if first is None:
        leave(1)
        return
    session = _begin(channel, first)
    for command in commands:
        if session is None:
            break
        channel.reply(_answer(session, command))
    leave()


def _begin(channel: Channel, first: Message) -> Any:
    try:
        die_with_parent(first["parent"])
        die_first()
        pin(first["cores"])
        bound_memory(first["data_bytes"])
        from probes.worker.session import Session  # NumPy is first needed here

        session = Session(first["framework"], Path(first["scratch"]))
    except Exception as error:
        channel.reply(_failed(error))
        return None
    channel.reply(as_line({"at": time.perf_counter()}))
    return session


def _answer(session: Any, command: Message) -> str:
    try:
        return as_line({"done": command["do"], **session.perform(command)})
    except Exception as error:
        return _failed(error)


def _failed(error: Exception) -> str:
    failure = {
        "type": type(error).__name__,
        "message": str(error)[:2000],
        "missing": error.name if isinstance(error, ImportError) else None,
        "traceback": "".join(traceback.format_exception(error))[-TRACEBACK_CHARACTERS:],
    }
    return as_line({"failed": failure})
