"""Logs and counts runs: a line and metrics for each change of a run's status."""

import logging
import time
from datetime import UTC, datetime

from app.runs.models import Run
from app.runs.observers import Observer, executing
from app.runs.outcome_spool import RunEnd
from app.telemetry.metrics import Metrics

log = logging.getLogger("tiebreak.runs")


class RunLog(Observer):
    """Logs and counts each change of a run's status."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._began: dict[str, float] = {}

    def queued(self, run: Run, kind: str) -> None:  # noqa: ARG002 - the protocol's
        _log(run, "queued", None, None)

    def started(self, run: Run, kind: str) -> None:
        waited = _waited(run)
        self._began[run.id] = time.perf_counter()
        self._metrics.run_started(kind, run.preset, waited)
        _log(run, "running", waited, None)

    def ended(self, run: Run, kind: str, end: RunEnd) -> None:
        began = self._began.pop(run.id, None)
        seconds = None if began is None else time.perf_counter() - began
        self._metrics.run_ended(kind, run.preset, end.status, end.outcome)
        if seconds is not None:
            self._metrics.run_took(kind, run.preset, run.probe if kind != "unknown" else kind, seconds)
        _log(run, end.status, seconds, end.reason)

    def store_failed(self) -> None:
        self._metrics.store_failed()


def _waited(run: Run) -> float:
    """How long a run waited, in seconds; never below 0, even if the clock was set back."""
    return max(0.0, ((run.started_at or datetime.now(UTC)) - run.created_at).total_seconds())


def _log(run: Run, status: str, seconds: float | None, reason: str | None) -> None:
    """Log one line. `seconds`: of waiting when a run starts, of executing when it ends."""
    fields: dict[str, object] = {
        "probe": run.probe,
        "preset": run.preset,
        "device": run.device,
        "status": status,
        "reason": reason,
    }
    if seconds is not None:
        fields["seconds"] = round(seconds, 3)
    took = "" if seconds is None else f" after {seconds:.1f} s"
    mark = executing.set(run.id)
    try:
        why = f": {reason}" if reason else ""
        log.info("%s %s on %s is %s%s%s", run.probe, run.preset, run.device, status, took, why, extra=fields)
    finally:
        executing.reset(mark)
