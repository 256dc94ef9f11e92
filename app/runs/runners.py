"""Who executes a run: a name for each process, by which it is known whether it still lives."""

import os
import socket

import psutil


def this_runner() -> str:
    """A name for this process that no other process has had or will have."""
    return f"{socket.gethostname()}/{os.getpid()}/{_born(psutil.Process())}"


def _born(process: psutil.Process) -> str:
    """When a process started, in seconds since the machine did: setting the clock changes nothing about that."""
    return f"{process.create_time() - psutil.boot_time():.2f}"


def runner_is_gone(runner: str) -> bool:
    """Whether the process of a runner has ended. Runners of other machines count as gone: SQLite is not shared.

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
