"""The settings and limits of the run service."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.knowledge.models import Framework
from app.runs.worker.limits import WorkerLimits


@dataclass(frozen=True)
class RunLimits:
    """Limits of the queue and the history, and how long the parts of the run service wait for one another.

    Attributes:
        queue: how many runs may wait.
        keep_runs: how many runs are kept; None keeps all.
        beat_seconds: how often a runner stores that it is alive, and looks for runners that are not.
        lease_seconds: how long a runner on another machine may be silent before its runs count as interrupted.
        stuck_seconds: how long the runner may take to look for the next run; it looks every other second.
        check_seconds: how long a check of the store or the runner may take.
        poll_seconds: how often followed runs are read from the store; events of this process arrive at once.
        away_seconds: how long the store is left alone after it could not be reached.
    """

    queue: int = 8
    keep_runs: int | None = None
    beat_seconds: float = 5.0
    lease_seconds: float = 60.0
    stuck_seconds: float = 60.0
    check_seconds: float = 3.0
    poll_seconds: float = 0.25
    away_seconds: float = 2.0


@dataclass(frozen=True)
class RunSettings:
    """Where runs are stored and executed, and within which limits.

    Attributes:
        data: the folder of everything that the service writes.
        database, password: the address of the history.
        interpreters: the Python of each framework's half.
        worker: the limits of one worker and its children.
    """

    data: Path
    database: str
    password: str | None
    interpreters: Mapping[Framework, str]
    worker: WorkerLimits
    limits: RunLimits = RunLimits()
