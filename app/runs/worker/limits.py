"""What a worker may take of the machine, and what is said when it takes more."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil

from app.runs.models import Device, FailureReason
from app.runs.worker.footprint import Footprint

OPEN_FILES = 2_048
"""How many files a process may have open. The most that a shipped probe had was 135, in a browser."""

FILE_BYTES = 2**30
"""How large a file may become. The largest that a shipped probe wrote was 149 MB, compiled by Inductor."""

SCRATCH_BYTES = 2 * 2**30
"""How much a worker's folder may hold. The most that a shipped run wrote was 453 MB, in folders of several workers."""

TASKS, TASKS_PER_CORE = 512, 64
"""How many processes and threads a worker may be with all that it starts; pools of threads grow with the cores. The
most that a shipped probe had on two cores was 222, for training in two processes."""

SCRATCH_SECONDS = 1.0
"""How often the worker's folder is measured: it may hold a compiler's hundreds of files."""

OBSERVE_SECONDS, SLOW_SECONDS = 60.0, 300.0
"""How long a half of a capability probe may take, and a half of one that is marked as slow."""

USER_TASKS_FACTOR = 4
"""How many times that many the user of the service may start beside what runs already. This is the kernel's own limit,
which holds at once; it counts a whole user, and other containers' processes may be this user's unseen."""


def usable_cores() -> Sequence[int]:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return range(os.cpu_count() or 1)


def tasks_allowed(cores: int) -> int:
    """How many processes and threads a worker may be on a machine with so many cores."""
    return TASKS + TASKS_PER_CORE * cores


@dataclass(frozen=True)
class WorkerLimits:
    """The limits of one worker.

    Attributes:
        memory_bytes: of resident memory, the worker and all that it starts; and of private memory, each process.
        tasks: processes and threads, likewise counted together.
        cores: how many it may keep busy; with the time that it is given, that is the processor time of a process.
        open_files, file_bytes: of each process.
        scratch_bytes, scratch_seconds: how much its folder may hold, and how often that is measured.
        observe_seconds, slow_seconds: the time of a half of a capability probe, and of one that is marked as slow.
    """

    memory_bytes: int
    tasks: int = field(default_factory=lambda: tasks_allowed(len(usable_cores())))
    cores: float = field(default_factory=lambda: len(usable_cores()))
    open_files: int = OPEN_FILES
    file_bytes: int = FILE_BYTES
    scratch_bytes: int = SCRATCH_BYTES
    scratch_seconds: float = SCRATCH_SECONDS
    observe_seconds: float = OBSERVE_SECONDS
    slow_seconds: float = SLOW_SECONDS

    def observation_seconds(self, slow: bool) -> float:
        """How long a half of a capability probe may take."""
        return self.slow_seconds if slow else self.observe_seconds

    def of_the_kernel(self, device: Device) -> dict[str, int]:
        """The limits that the kernel watches over, by their names; the worker sets them for itself."""
        common = {
            "RLIMIT_NPROC": user_tasks() + USER_TASKS_FACTOR * self.tasks,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_FSIZE": self.file_bytes,
            "RLIMIT_CORE": 0,
        }
        # a GPU's driver reserves far more than it uses
        return common | ({"RLIMIT_DATA": self.memory_bytes} if device == "cpu" else {})

    def processor_seconds(self, seconds: float) -> int:
        """The processor time of a process that has so many seconds: all cores busy until the end."""
        return math.ceil(seconds * self.cores)

    def excess(self, taken: Footprint) -> tuple[FailureReason, str] | None:
        """The limit that was overstepped, if one was, and the sentence that says so."""
        if taken.tasks > self.tasks:
            return "too_many_processes", f"it was {taken.tasks:,} processes and threads; {self.tasks:,} are allowed"
        if taken.resident_bytes > self.memory_bytes:
            allowed = f"{self.memory_bytes:,} are allowed"
            return "out_of_memory", f"it took {taken.resident_bytes:,} bytes of memory; {allowed}"
        if taken.scratch_bytes > self.scratch_bytes:
            allowed = f"{self.scratch_bytes:,} are allowed"
            return "out_of_disk", f"it left {taken.scratch_bytes:,} bytes in its folder; {allowed}"
        return None

    def allowance(self, reason: FailureReason) -> str:
        """What was allowed, as the end of a sentence, where an error of the kernel's does not say it; else nothing."""
        said = {
            "too_many_files": f"; {self.open_files:,} may be open at once",
            "file_too_large": f"; {self.file_bytes:,} bytes are allowed",
            "too_many_processes": f"; {self.tasks:,} processes and threads are allowed",
        }
        return said.get(reason, "")


def user_tasks() -> int:
    """How many processes and threads of this process's user there are."""
    own, found = os.getuid(), 0
    for process in psutil.process_iter():
        try:
            with process.oneshot():
                found += process.num_threads() if process.uids().real == own else 0
        except psutil.Error:
            continue
    return found
