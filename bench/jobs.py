"""Jobs that the public interface does not offer: measured at one thread only, and slowed down on purpose."""

import random
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from app.knowledge.models import Framework
from app.runs.catalogue import Catalogue, read_catalogue
from app.runs.local_executor import LocalExecutor
from app.runs.measuring.jobs import Job
from app.runs.measuring.presets import LEVELS, Level
from app.runs.models import Outcome, Preset
from app.runs.runner_names import this_runner
from app.runs.worker.limits import WorkerLimits
from app.runs.worker.machine_lock import lock_file
from app.settings import read_settings
from bench.benchmark import BenchFailed

START_SECONDS: Mapping[Framework | None, float] = {"pytorch": 2.4, "tensorflow": 4.0, None: 3.2}
"""Starting a pair of processes: both of one framework, or one of each."""
PAIR_SECONDS = 1.8
"""What else a pair takes: build, warm-up, ten rounds."""


@dataclass(frozen=True)
class OneTable(Job):
    """A job that takes the table at one thread only, at a level with some of its figures changed."""

    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def level(self) -> Level:
        return replace(LEVELS[self.preset], all_threads=False, **self.changes)


def one_table(
    probe: str, preset: Preset, control: Framework | None = None, slowdown: float = 0.0, **changes: Any
) -> OneTable:
    """A job with a seed of its own."""
    seed = random.SystemRandom().randrange(2**31)
    return OneTable(catalogue().probes[probe], preset, "cpu", "ordinary", control, seed, slowdown, changes=changes)


def execute(job: Job) -> Outcome:
    """Execute a job in this process, under the machine's lock.

    Raises:
        BenchFailed: a half failed.
    """
    settings = read_settings()
    limits = WorkerLimits(settings.worker_memory_bytes)
    with tempfile.TemporaryDirectory(prefix="tiebreak-bench-") as folder:
        scratch = Path(folder)
        executor = LocalExecutor(settings.interpreters, this_runner(), limits, lock_file(scratch), scratch)
        outcome = executor.execute_here("bench", job, lambda *_: None, threading.Event())
    if outcome.status != "done":
        raise BenchFailed(f"{job.probe.id}: {outcome.error.message if outcome.error else outcome.status}")
    return outcome


@cache
def catalogue() -> Catalogue:
    return read_catalogue()


def run_seconds(preset: Preset, control: Framework | None, tables: int = 1) -> float:
    """How long a run takes, estimated."""
    return tables * LEVELS[preset].pairs * (START_SECONDS[control] + PAIR_SECONDS)


def interpreter(framework: Framework) -> str:
    return read_settings().interpreters[framework]
