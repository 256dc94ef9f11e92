"""Starts the process of a worker, with its pipes."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from app.paths import PROBES
from app.runs.models import Failure
from app.runs.worker.failures import HalfFailed
from app.runs.worker.inbox import Inbox

BOOT = PROBES / "boot.py"


def launch(
    interpreter: str, folder: Path, environment: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], IO[bytes], Inbox]:
    """Start a worker in a session of its own.

    Returns:
        The process, the pipe of its commands, and what reads its replies and its output.

    Raises:
        HalfFailed: the interpreter cannot be started.
    """
    replies, write_end = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603 - the interpreter is a setting, nothing a visitor sends
            [interpreter, "-B", str(BOOT), str(write_end)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[write_end],
            start_new_session=True,
            cwd=folder,
            env=environment,
        )
    except OSError as error:
        os.close(replies)
        message = f"the interpreter {interpreter} cannot be started: {error.strerror}"
        raise HalfFailed(Failure(reason="unusable_interpreter", message=message)) from None
    finally:
        os.close(write_end)
    assert process.stdin is not None  # noqa: S101 - narrows for the type checker: both are pipes
    assert process.stdout is not None  # noqa: S101
    return process, process.stdin, Inbox(replies, process.stdout.fileno())
