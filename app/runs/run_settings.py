"""The settings of the run service."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.knowledge.models import Framework


@dataclass(frozen=True)
class RunSettings:
    """Where runs are stored and executed, and within which limits.

    `data`: the folder of everything that the service writes. `database`, `password`: the address of the history.
    `interpreters`: the Python of each framework's half. `queue_limit`: how many runs may wait. `memory_bytes`: the most
    that a worker and its children may take. `keep_runs`: how many runs are kept; None keeps all.
    """

    data: Path
    database: str
    password: str | None
    interpreters: Mapping[Framework, str]
    queue_limit: int
    memory_bytes: int
    keep_runs: int | None
