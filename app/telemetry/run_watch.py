"""Runs as they come and go: told in the log, counted, and handed on to whoever else watches."""

import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from app.runs.models import Run
from app.runs.observers import Watcher, executing
from app.runs.outcome_spool import End
from app.telemetry.metrics import Measures

log = logging.getLogger("tiebreak.runs")


class RunWatch:
    """One line for each change of a run's status, and its figures."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self._began: dict[str, float] = {}

    def queued(self, run: Run, kind: str) -> None:  # noqa: ARG002 - the protocol's
        """See `Watcher`."""
        _tell(run, "queued", None, None)

    def started(self, run: Run, kind: str) -> None:
        """See `Watcher`."""
        waited = _waited(run)
        self._began[run.id] = time.perf_counter()
        self._measures.run_started(kind, run.preset, waited)
        _tell(run, "running", waited, None)

    def ended(self, run: Run, kind: str, end: End) -> None:
        """See `Watcher`."""
        began = self._began.pop(run.id, None)
        seconds = None if began is None else time.perf_counter() - began
        self._measures.run_ended(kind, run.preset, end.status, end.outcome)
        if seconds is not None:
            self._measures.run_took(kind, run.preset, run.probe if kind != "unknown" else kind, seconds)
        _tell(run, end.status, seconds, end.reason)

    def store_failed(self) -> None:
        """See `Watcher`."""
        self._measures.store_failed()


def _waited(run: Run) -> float:
    """How long a run waited, in seconds; no less than nothing, whatever was done to the clock."""
    return max(0.0, ((run.started_at or datetime.now(UTC)) - run.created_at).total_seconds())


def _tell(run: Run, status: str, seconds: float | None, reason: str | None) -> None:
    """One line. `seconds`: of waiting when a run starts, of executing when it ends."""
    told: dict[str, object] = {
        "probe": run.probe,
        "preset": run.preset,
        "device": run.device,
        "status": status,
        "reason": reason,
    }
    if seconds is not None:
        told["seconds"] = round(seconds, 3)
    took = "" if seconds is None else f" after {seconds:.1f} s"
    mark = executing.set(run.id)
    try:
        why = f": {reason}" if reason else ""
        log.info("%s %s on %s is %s%s%s", run.probe, run.preset, run.device, status, took, why, extra=told)
    finally:
        executing.reset(mark)


class Together:
    """Several watchers as one."""

    def __init__(self, watchers: Sequence[Watcher]) -> None:
        self._watchers = watchers

    def queued(self, run: Run, kind: str) -> None:
        """See `Watcher`."""
        for watcher in self._watchers:
            watcher.queued(run, kind)

    def started(self, run: Run, kind: str) -> None:
        """See `Watcher`."""
        for watcher in self._watchers:
            watcher.started(run, kind)

    def ended(self, run: Run, kind: str, end: End) -> None:
        """See `Watcher`."""
        for watcher in self._watchers:
            watcher.ended(run, kind, end)

    def store_failed(self) -> None:
        """See `Watcher`."""
        for watcher in self._watchers:
            watcher.store_failed()
