"""Who executes a run: a name for each process, by which it is known whether it still lives."""

import contextlib
import hashlib
import os
import socket
from functools import cache
from pathlib import Path

import psutil


def this_runner() -> str:
    """A name for this process that no other process has had or will have."""
    return f"{socket.gethostname()}/{os.getpid()}/{_born(psutil.Process())}"


def _born(process: psutil.Process) -> str:
    """When a process started, in seconds since the machine did: setting the clock changes nothing about that.

    Both times move with the clock, so they are taken again when it was set in between.
    """
    while True:
        booted = psutil.boot_time()
        born = f"{psutil.Process(process.pid).create_time() - booted:.2f}"
        if psutil.boot_time() == booted:
            return born


@cache
def this_place() -> str:
    """Where process ids mean the same as here: this boot of this machine and, in a container, this container."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):  # not on Linux
        parts += [Path("/proc/sys/kernel/random/boot_id").read_text(), str(Path("/proc/self/ns/pid").readlink())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def runner_is_gone(runner: str) -> bool:
    """Whether the process of a runner has ended. Runners of other machines count as gone: SQLite is not shared.

    On PostgreSQL, which is, only those of this place are asked about (`app.runs.heartbeat`).
    A zombie has ended: nobody has asked for its status yet.
    """
    host, pid, started = runner.rsplit("/", 2)
    if host != socket.gethostname():
        return True
    try:
        process = psutil.Process(int(pid))
        return process.status() == psutil.STATUS_ZOMBIE or _born(process) != started
    except psutil.Error:
        return True
