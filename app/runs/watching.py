"""Who looks on while runs come and go: logs, figures and traces, none of which the runs know anything about."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from app.runs.models import Outcome, Run, Status

executing: ContextVar[str | None] = ContextVar("executing", default=None)
"""The id of the run that is executed, in the runner's task, in the run's own thread, and in whatever both begin."""


@dataclass(frozen=True)
class End:
    """How a run ended."""

    status: Status
    outcome: Outcome | None
    reason: str | None


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


class Nobody:
    """Looks on and does nothing."""

    def queued(self, run: Run, kind: str) -> None:
        """See `Watcher`."""

    def started(self, run: Run, kind: str) -> None:
        """See `Watcher`."""

    def ended(self, run: Run, kind: str, end: End) -> None:
        """See `Watcher`."""
