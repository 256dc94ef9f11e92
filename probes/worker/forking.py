"""Children of a worker: each observes one probe, so that what goes wrong in it costs that probe alone.

A child is forked from a process that has imported its framework and done nothing with it: it has the framework at once,
and nothing that another probe did. After an operation that would not do: the framework's threads are not forked.
"""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

from probes.worker.channel import Channel, Message, as_line, leave
from probes.worker.limits import die_with_parent


class Child:
    """A forked child that answers one command by itself, on the worker's own channel."""

    def __init__(self, channel: Channel, answer: Callable[[], str], folder: str) -> None:
        """Fork; the child waits until `go` lets it begin, so that its pid is told before its answer."""
        parent = os.getpid()
        wait, self._go = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._go)
            os.setpgid(0, 0)  # a group of its own, by which it can be ended alone
            die_with_parent(parent)
            Path(folder).mkdir(exist_ok=True)
            os.chdir(folder)
            os.environ.update(HOME=str(Path.cwd()), TMPDIR=str(Path.cwd()))
            tempfile.tempdir = None  # what was asked for before the fork is remembered there
            os.read(wait, 1)
            channel.reply(answer())
            leave()
        os.close(wait)

    def go(self) -> None:
        os.write(self._go, b".")
        os.close(self._go)

    def join(self) -> str:
        """Wait for its end, and tell of it: a child that ended as it should has answered before."""
        _, status = os.waitpid(self.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        _bury_orphans()
        return as_line({"done": "join"} if code == 0 else {"failed": _failure(code)})


def _failure(code: int) -> Message:
    if code < 0:
        said = f"the process was ended by {signal.Signals(-code).name}"
    else:
        said = f"the process ended with status {code} and without a result"
    kind = "Signal" if code < 0 else "Silent"
    return {"type": kind, "signal": -code, "message": said, "missing": None, "traceback": ""}


def _bury_orphans() -> None:
    """Ask for the status of what earlier children left behind and somebody has ended; else it would stay for ever."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
