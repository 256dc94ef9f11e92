"""What all workers of an execution share."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.knowledge.models import Framework
from app.runs.worker.limits import WorkerLimits


@dataclass(frozen=True)
class Host:
    """The machine's side of an execution.

    Attributes:
        interpreters: the Python of each framework's half.
        owner: a mark of this installation; with `run` it finds what a worker left behind.
        limits: what a worker may take.
        cancelled: set when the run is to end.
    """

    interpreters: Mapping[Framework, str]
    scratch: Path
    owner: str
    run: str
    limits: WorkerLimits
    cancelled: threading.Event
