"""A worker's life: bound itself, say that it is ready, carry out commands until there are no more."""

from __future__ import annotations

import time
import traceback
from pathlib import Path
from typing import Any

from probes.worker.channel import Channel, Message, as_line, leave
from probes.worker.forking import Child
from probes.worker.limits import (
    adopt_orphans,
    bound,
    bound_processor_time,
    die_first,
    die_with_parent,
    give_up_privileges,
    pin,
)

TRACEBACK_CHARACTERS = 6000


def main(reply_descriptor: int) -> None:
    """Never returns: the process ends here.

    The first command says who the worker is: framework, parent, cores, limits, scratch.
    """
    channel = Channel(reply_descriptor)
    commands = channel.commands()
    first = next(commands, None)
    if first is None:
        leave(1)
        return
    session = _begin(channel, first)
    child: Child | None = None
    for command in commands:
        if session is None:
            break
        if command["do"] == "fork":
            child = _fork(channel, session, command)
        elif command["do"] == "join" and child is not None:
            channel.reply(child.join())
        else:
            channel.reply(_answer(session, command))
    leave()


def _fork(channel: Channel, session: Any, command: Message) -> Child:
    """Have a child answer a command; the reply tells its pid, and `join` waits for it."""
    child = Child(channel, lambda: _answer(session, command["command"]), command["folder"])
    channel.reply(as_line({"done": "fork", "pid": child.pid}))
    child.go()
    return child


def _begin(channel: Channel, first: Message) -> Any:
    try:
        die_with_parent(first["parent"])
        die_first()
        pin(first["cores"])
        bound(first["limits"])
        give_up_privileges()
        adopt_orphans()
        from probes.worker.session import Session  # NumPy is first needed here

        session = Session(first["framework"], Path(first["scratch"]))
    except Exception as error:
        channel.reply(_failed(error))
        return None
    channel.reply(as_line({"at": time.perf_counter()}))
    return session


def _answer(session: Any, command: Message) -> str:
    try:
        bound_processor_time(command.pop("processor_seconds"))
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
