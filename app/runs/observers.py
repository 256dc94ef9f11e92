"""Observers of runs: logs, metrics and traces. The runs know nothing about them but this interface."""

from collections.abc import Sequence
from contextvars import ContextVar

from app.runs.models import Run
from app.runs.outcome_spool import RunEnd

executing: ContextVar[str | None] = ContextVar("executing", default=None)
"""The id of the run that is executed, in the runner's task, in the run's own thread, and in everything they start."""


class Observer:
    """Called after each change of a run's status is stored, in the process that made the change.

    `kind` is the kind of the run's probe, see `Requests.kind`. A method must be quick and must not raise. Here each of
    them does nothing.
    """

    def queued(self, run: Run, kind: str) -> None:
        """The run waits for its turn."""

    def started(self, run: Run, kind: str) -> None:
        """This process begins to execute the run."""

    def ended(self, run: Run, kind: str, end: RunEnd) -> None:
        """The run is over; `run` is as it was before. It may not have started, or not in this process."""

    def event_stored(self, run: str) -> None:
        """An event between start and end was stored for the run of this id."""

    def store_failed(self) -> None:
        """An access to the store failed."""


class Observers(Observer):
    """Several observers as one."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = observers

    def queued(self, run: Run, kind: str) -> None:
        for observer in self._observers:
            observer.queued(run, kind)

    def started(self, run: Run, kind: str) -> None:
        for observer in self._observers:
            observer.started(run, kind)

    def ended(self, run: Run, kind: str, end: RunEnd) -> None:
        for observer in self._observers:
            observer.ended(run, kind, end)

    def event_stored(self, run: str) -> None:
        for observer in self._observers:
            observer.event_stored(run)

    def store_failed(self) -> None:
        for observer in self._observers:
            observer.store_failed()
