"""Ending processes for certain: the group, and whatever left the group."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from app.runs.worker.environment import OWNER, RUN
from app.runs.worker.footprint import family

KILL_SECONDS = 2.0
"""How long processes are looked for that go on starting others."""


def kill_group(leader: int) -> None:
    """Kill a process and all of its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def kill_tree(leader: int) -> None:
    """Kill a worker, its group, and all that descends from it.

    It is stopped first, so that it starts nothing more. As long as it is there the kernel makes it the parent of its
    orphans (see `probes.worker.limits.adopt_orphans`): nobody is missed, in whatever session and with whatever marks.
    """
    _signal(leader, signal.SIGSTOP)
    kill_descendants(leader)
    kill_group(leader)


def kill_descendants(leader: int) -> int:
    """Kill what descends from a process, until nothing more comes. Returns how many were killed."""
    return _until_none(lambda: [one.pid for one in family(leader)[1:] if _lives(one)])


def kill_marked(owner: str, run: str | None = None) -> int:
    """Kill every process that carries this owner's mark (and the run's), wherever it hides. Returns how many."""
    return _until_none(lambda: [one.pid for one in _marked(owner, run)])


def kill_abandoned(is_gone: Callable[[str], bool]) -> int:
    """Kill what workers of runners of this machine have left that are gone. Returns how many were killed.

    A run's own are found when it is marked as interrupted. This finds those of runs that were over already, and of the
    inspection. Processes of another container are left alone: their runner's number means another process here.
    """
    here, place = f"{socket.gethostname()}/", _place(os.getpid())
    owned = ((process, mark) for process, mark in _owned() if mark.startswith(here) and _place(process.pid) == place)
    return sum(_kill(process.pid) for process, mark in list(owned) if is_gone(mark))


def _kill(pid: int) -> bool:
    _signal(pid, signal.SIGKILL)
    return True


def _owned() -> Iterator[tuple[psutil.Process, str]]:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            owner = process.environ().get(OWNER)
            if owner:
                yield process, owner


def _place(pid: int) -> str | None:
    """The namespace that a process's number belongs to; None where there is no such thing, or nobody may know."""
    try:
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    except OSError:
        return None


def _until_none(find: Callable[[], list[int]]) -> int:
    """Kill what is found until nothing is: what is about to be killed may have started more meanwhile."""
    killed, until = 0, time.monotonic() + KILL_SECONDS
    while (found := find()) and time.monotonic() < until:
        for pid in found:
            _signal(pid, signal.SIGKILL)
        killed += len(found)
    return killed


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _marked(owner: str, run: str | None) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            environment = process.environ()
        except (psutil.Error, OSError):
            continue
        if environment.get(OWNER) == owner and run in (None, environment.get(RUN)):
            yield process


def processor_seconds(pid: int) -> float:
    """Processor time of a process and its threads so far; 0 when it is gone."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def waiting_seconds(pid: int) -> float:
    """How long the threads of a process were ready to run and had to wait so far; 0 where the kernel does not tell."""
    return sum(_waited(thread) for thread in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def _waited(thread: Path) -> int:
    try:
        return int(thread.read_text("ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0
