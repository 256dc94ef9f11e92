"""What a worker and all that it has started take at a moment."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Footprint:
    """What is taken: memory, processes and threads, space in the worker's folder."""

    resident_bytes: int
    tasks: int
    scratch_bytes: int = 0


class Scale:
    """Weighs one worker, again and again."""

    def __init__(self, leader: int, scratch: Path, scratch_seconds: float) -> None:
        self._leader, self._scratch, self._scratch_seconds = leader, scratch, scratch_seconds
        self._scratch_bytes, self._next = 0, time.monotonic() + scratch_seconds

    def weigh(self) -> Footprint:
        """What the worker and its descendants take; nothing when it is gone."""
        if time.monotonic() >= self._next:
            self._scratch_bytes = folder_bytes(self._scratch)
            self._next = time.monotonic() + self._scratch_seconds
        weights = list(_weights(self._leader))
        return Footprint(sum(rss for rss, _ in weights), sum(threads for _, threads in weights), self._scratch_bytes)


def _weights(leader: int) -> Iterator[tuple[int, int]]:
    """Resident memory and threads of each process. One that has ended and is not buried yet takes nothing."""
    for process in family(leader):
        try:
            with process.oneshot():
                if process.status() != psutil.STATUS_ZOMBIE:
                    yield int(process.memory_info().rss), process.num_threads()
        except psutil.Error:
            continue


def family(leader: int) -> list[psutil.Process]:
    """A process and all that descend from it."""
    try:
        process = psutil.Process(leader)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def folder_bytes(folder: str | Path) -> int:
    """The space that the files in a folder take; what vanishes meanwhile takes none."""
    try:
        with os.scandir(folder) as entries:
            return sum(_bytes_of(entry) for entry in entries)
    except OSError:
        return 0


def _bytes_of(entry: "os.DirEntry[str]") -> int:
    if entry.is_dir(follow_symlinks=False):
        return folder_bytes(entry.path)
    try:
        return entry.stat(follow_symlinks=False).st_blocks * 512
    except OSError:
        return 0
