"""Commands in, replies out: one JSON object a line, on descriptors that no library prints to."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

Message = dict[str, Any]


class Channel:
    """The worker's end. Commands come on standard input, which nothing else reads from here on."""

    def __init__(self, reply_descriptor: int) -> None:
        os.set_inheritable(reply_descriptor, False)
        self._replies = os.fdopen(reply_descriptor, "w", encoding="utf-8", buffering=1)
        self._commands = os.fdopen(os.dup(0), encoding="utf-8")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)

    def commands(self) -> Iterator[Message]:
        """Each command in turn; ends when the other side has closed its end."""
        for line in self._commands:
            yield json.loads(line)

    def reply(self, line: str) -> None:
        """Send a reply that `as_line` made."""
        self._replies.write(line)
        self._replies.flush()


def as_line(message: Message) -> str:
    """A message as it is sent.

    Raises:
        TypeError, ValueError: it holds what JSON cannot say, such as a number that is not finite.
    """
    return json.dumps(message, allow_nan=False) + "\n"


def leave(status: int = 0) -> None:
    """End at once, with everything written: no framework's shutdown code runs, some of which hangs."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)
