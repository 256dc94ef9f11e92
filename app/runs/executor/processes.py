"""Ending processes for certain: the group, and whatever left the group."""

import contextlib
import os
import signal
from collections.abc import Iterator

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
