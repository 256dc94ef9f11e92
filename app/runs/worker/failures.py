"""What becomes of a half that ended without a result: the reason, and the sentence that says it."""

import errno
import os
import signal
from collections.abc import Mapping
from typing import Any

from app.runs.models import Failure, FailureReason
from app.runs.worker.limits import WorkerLimits

BY_TYPE: Mapping[str, FailureReason] = {"DeviceMissing": "device_missing", "Signal": "signal", "Silent": "silent"}
"""What a worker tells in a sentence of its own rather than as an exception."""

OUT_OF_MEMORY = ("MemoryError", "ResourceExhaustedError", "OutOfMemoryError")

BY_WORDS: Mapping[str, FailureReason] = {
    "can't allocate memory": "out_of_memory",
    "can't start new thread": "too_many_processes",
    os.strerror(errno.EMFILE): "too_many_files",
    os.strerror(errno.EFBIG): "file_too_large",
    os.strerror(errno.ENOSPC): "out_of_disk",
}
"""How the kernel's refusals are worded, whichever library passes them on."""


class HalfFailed(Exception):
    """A half ended without a result."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.message)


class Cancelled(Exception):
    """Somebody wanted the run to end."""


def by_signal(number: int, limits: WorkerLimits, seconds: float) -> tuple[FailureReason, str]:
    """Why a signal ended a process that had so many seconds."""
    if number == signal.SIGXCPU:
        allowed = f"{limits.processor_seconds(seconds):,} s are allowed"
        return "out_of_processor_time", f"it used too much processor time; {allowed}"
    return "signal", f"the process was ended by {signal_name(number)}"


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def by_exception(failed: Mapping[str, Any], limits: WorkerLimits, seconds: float, log: str) -> Failure:
    """The failure for what a worker tells of an exception inside it, or of the end of its child."""
    if failed["type"] == "Signal":
        reason, message = by_signal(failed["signal"], limits, seconds)
    elif failed["type"] in BY_TYPE:
        reason, message = BY_TYPE[failed["type"]], failed["message"]
    else:
        reason = _reason_of(failed)
        message = f"{failed['type']}: {failed['message']}{limits.allowance(reason)}"
    return Failure(reason=reason, message=message, traceback=failed["traceback"], log=log)


def _reason_of(failed: Mapping[str, Any]) -> FailureReason:
    if failed["missing"]:
        return "missing_package"
    if failed["type"] in OUT_OF_MEMORY:
        return "out_of_memory"
    if failed["type"] == "BlockingIOError":  # by which a process is refused; nothing else here would not block
        return "too_many_processes"
    return next((reason for words, reason in BY_WORDS.items() if words in failed["message"]), "exception")
