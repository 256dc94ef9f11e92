"""What a worker does to itself before anything else: it dies with its parent, and what it can take is bounded."""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 36, 38
LINUX_CAPABILITY_VERSION_3 = 0x20080522


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends (Linux only)."""
    if sys.platform != "linux":
        return
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the call
        os._exit(1)


def die_first() -> None:
    """When the machine runs out of memory, the kernel shall end this process and not the one that started it."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")


def bound(limits: Mapping[str, int]) -> None:
    """Set limits of the kernel, by their names; on none but Linux do they all mean what is meant here."""
    if sys.platform != "linux":
        return
    import resource

    for name, value in limits.items():
        _set(getattr(resource, name), value)


def _set(kind: int, value: int) -> None:
    """A limit for good, or the one that there is, if that is tighter."""
    import resource

    _, highest = resource.getrlimit(kind)
    value = value if highest == resource.RLIM_INFINITY else min(value, highest)
    resource.setrlimit(kind, (value, value))


def bound_processor_time(seconds: int) -> None:
    """End this process, by SIGXCPU, when it has used so many more seconds of processor time, of all its threads."""
    import resource

    _, highest = resource.getrlimit(resource.RLIMIT_CPU)
    value = math.ceil(time.process_time()) + seconds
    resource.setrlimit(
        resource.RLIMIT_CPU, (value if highest == resource.RLIM_INFINITY else min(value, highest), highest)
    )


def give_up_privileges() -> None:
    """Hold no capability, gain none by another program, and make files that nobody else reads.

    Of a service that runs as root, a worker is root still, but without root's rights: it cannot raise its limits,
    nor look into the service's memory.
    """
    os.umask(0o077)
    if sys.platform != "linux":
        return
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    header = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3, 0)
    ctypes.CDLL(None, use_errno=True).capset(header, (ctypes.c_uint32 * 6)())


def adopt_orphans() -> None:
    """Be the parent of descendants that lose theirs, as daemons do, so that whoever ends this process finds them."""
    if sys.platform == "linux":
        _prctl(PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(option, *(ctypes.c_ulong(argument) for argument in (value, 0, 0, 0)))


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
