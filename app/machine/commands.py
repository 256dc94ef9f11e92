"""Other programs' answers, within a time limit, whatever those programs do."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from app.machine.readers import MAX_BYTES

GRACE_S = 1.0
"""How long a killed program is waited for, in seconds: one that hangs in a driver may outlive the signal."""

STEP_S = 0.05


def output_of(command: Sequence[str], seconds: float, path: str | None = None) -> str | None:
    """What `command` writes to its standard output.

    `seconds` is the time limit; `path` is where the program is looked for (None: the service's PATH). None when there
    is no such program, when it cannot be started, fails, is late, or writes more than `MAX_BYTES`.
    """
    program = shutil.which(command[0], path=path)
    if program is None:
        return None
    try:
        # A file, not a pipe: a grandchild that keeps a pipe open would keep us waiting.
        with tempfile.TemporaryFile() as out:
            return _written(out) if _succeeds([program, *command[1:]], seconds, out) else None
    except OSError:
        return None


def _succeeds(command: Sequence[str], seconds: float, out: IO[bytes]) -> bool:
    process = subprocess.Popen(  # noqa: S603 - fixed words, and a program that was found on the path
        command,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C"},
        start_new_session=True,
    )
    try:
        return _status(process, time.monotonic() + seconds, out) == 0
    finally:
        if process.returncode is None:
            _end(process)


def _status(process: subprocess.Popen[bytes], deadline: float, out: IO[bytes]) -> int | None:
    """The exit status; None at the deadline, and when too much was written."""
    while time.monotonic() < deadline and os.fstat(out.fileno()).st_size <= MAX_BYTES:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(STEP_S)
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the program with its children; where there are no process groups, alone."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_S)


def _written(out: IO[bytes]) -> str | None:
    out.seek(0)
    written = out.read(MAX_BYTES + 1)
    return written.decode("utf-8", "replace") if len(written) <= MAX_BYTES else None
