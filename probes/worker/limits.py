"""What a worker does to itself before anything else: it dies with its parent, and its memory and cores are bounded."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends (Linux only)."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the call
        os._exit(1)


def die_first() -> None:
    """When the machine runs out of memory, the kernel shall end this process and not the one that started it."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")


def bound_memory(data_bytes: int | None) -> None:
    """Limit private memory. RLIMIT_DATA, since TensorFlow cannot start under a tight RLIMIT_AS."""
    if data_bytes is None or sys.platform != "linux":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (data_bytes, data_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def pin(cores: Sequence[int] | None) -> None:
    """Stay on these cores, where the system can do that."""
    if cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


def peak_resident_bytes() -> int | None:
    """The largest resident set of this process so far.

    VmHWM, which starts anew with the program: `ru_maxrss` starts at the parent's.
    """
    try:
        with Path("/proc/self/status").open(encoding="ascii", errors="replace") as status:
            return next((int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:")), None)
    except OSError:
        return _peak_by_getrusage()


def _peak_by_getrusage() -> int | None:
    if sys.platform != "darwin":
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
