"""Who looks on while runs come and go: logs, figures and traces, none of which the runs know anything about."""

from contextvars import ContextVar
from typing import Protocol

from app.runs.models import Run
from app.runs.outcome_spool import End

executing: ContextVar[str | None] = ContextVar("executing", default=None)
"""The id of the run that is executed, in the runner's task, in the run's own thread, and in whatever both begin."""


class Watcher(Protocol):
    """Is told of each change of a run's status once it is stored, by the process that made the change.

    `kind` is that of the run's probe, see `RunService.kind`. What a watcher does must be quick and must not raise.
    """

    def queued(self, run: Run, kind: str) -> None:
        """It waits for its turn."""

    def started(self, run: Run, kind: str) -> None:
        """It is executed, by this process."""

    def ended(self, run: Run, kind: str, end: End) -> None:
        """It is over; `run` is as it was before. It need not have started, or not in this process."""

    def store_failed(self) -> None:
        """An access to the store failed."""


class Nobody:
    """Looks on and does nothing."""

    def queued(self, run: Run, kind: str) -> None:
        """See `Watcher`."""

    def started(self, run: Run, kind: str) -> None:
        """See `Watcher`."""

    def ended(self, run: Run, kind: str, end: End) -> None:
        """See `Watcher`."""

    def store_failed(self) -> None:
        """See `Watcher`."""
