"""Ending processes for certain: the group, and whatever left the group."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil

from app.runs.executor.environment import OWNER, RUN


def kill_group(leader: int) -> None:
    """Kill a process and all of its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def kill_marked(owner: str, run: str | None = None) -> int:
    """Kill every process that carries this owner's mark (and the run's), wherever it hides. Returns how many."""
    killed = 0
    for process in _marked(owner, run):
        with contextlib.suppress(psutil.Error):
            process.kill()
            killed += 1
    return killed


def _marked(owner: str, run: str | None) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            environment = process.environ()
        except (psutil.Error, OSError):
            continue
        if environment.get(OWNER) == owner and run in (None, environment.get(RUN)):
            yield process


def resident_bytes(leader: int) -> int:
    """The resident memory of a process and its descendants; 0 when it is gone."""
    try:
        process = psutil.Process(leader)
        return sum(_resident(member) for member in (process, *process.children(recursive=True)))
    except psutil.Error:
        return 0


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


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
