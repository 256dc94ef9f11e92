"""The metrics of one application for Prometheus. No label contains anything that a visitor sent."""

import math
from collections.abc import Iterable
from typing import get_args

import psutil
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    Summary,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from app.runs.models import EVERYTHING, FINAL, ClaimRuling, ComparisonVerdict, FailureReason, Outcome, Preset, ProbeKind
from app.runs.service import QueueLength

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

KINDS = (*get_args(ProbeKind), EVERYTHING)

REQUEST_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
RUN_SECONDS = (1, 2, 5, 10, 20, 60, 120, 300, 900, 3600)


class Metrics:
    """The metrics of one application. It has a registry of its own, since a process may have several applications."""

    def __init__(self, version: str, rules_version: str) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call] # a second line for every series
        self._registry = CollectorRegistry()
        Info("tiebreak_build", "What is running.", registry=self._registry).info(
            {"version": version, "rules_version": rules_version}
        )
        self._add_requests()
        self._add_runs()
        self._add_store()
        self._add_process()

    def _add_requests(self) -> None:
        self._requests = Counter(
            "tiebreak_requests",
            "Requests that were answered, by route template.",
            ["route", "method", "status"],
            registry=self._registry,
        )
        self._request_seconds = Histogram(
            "tiebreak_request_duration_seconds",
            "From a request's first byte to its answer's last.",
            ["route", "method"],
            buckets=REQUEST_SECONDS,
            registry=self._registry,
        )
        self.in_flight = Gauge("tiebreak_requests_in_flight", "Requests being answered now.", registry=self._registry)

    def _add_runs(self) -> None:
        here = self._registry
        by_end = ["kind", "preset", "status"]
        by_kind = ["kind", "preset"]
        self._runs = Counter("tiebreak_runs", "Runs that ended, by how they did.", by_end, registry=here)
        self._queued_seconds = Histogram(
            "tiebreak_run_queued_seconds", "How long runs waited.", by_kind, buckets=RUN_SECONDS, registry=here
        )
        self._run_seconds = Histogram(
            "tiebreak_run_duration_seconds", "How long runs were executed.", by_kind, buckets=RUN_SECONDS, registry=here
        )
        self._probe_seconds = Summary(
            "tiebreak_probe_duration_seconds", "How long runs were executed, by probe.", ["probe"], registry=here
        )
        self._verdicts = Counter("tiebreak_verdicts", "Verdicts on claims.", ["verdict"], registry=here)
        self._comparisons = Counter("tiebreak_comparisons", "Comparisons of speed.", ["verdict"], registry=here)
        self._failures = Counter(
            "tiebreak_worker_failures", "Halves without a result, by reason.", ["reason"], registry=here
        )
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        """Create every series: the rate of a series that begins with its first event misses that event."""
        for kind in KINDS:
            for preset in get_args(Preset):
                self._queued_seconds.labels(kind, preset)
                self._run_seconds.labels(kind, preset)
                for status in FINAL:
                    self._runs.labels(kind, preset, status)
        for verdict in get_args(ClaimRuling):
            self._verdicts.labels(verdict)
        for verdict in get_args(ComparisonVerdict):
            self._comparisons.labels(verdict)
        for reason in get_args(FailureReason):
            self._failures.labels(reason)

    def _add_store(self) -> None:
        here = self._registry
        self._up = Gauge("tiebreak_store_up", "1 when the store of runs could be read just now, else 0.", registry=here)
        self._waiting = Gauge("tiebreak_queue_runs", "Runs that wait, of all that share the store.", registry=here)
        self._limit = Gauge("tiebreak_queue_limit_runs", "How many runs may wait.", registry=here)
        self._running = Gauge("tiebreak_running_runs", "Runs being executed now.", registry=here)
        self._store_errors = Counter("tiebreak_store_errors", "Accesses to the store that failed.", registry=here)

    def _add_process(self) -> None:
        ProcessCollector(registry=self._registry)
        threads = Gauge("tiebreak_process_threads", "Threads of this process.", registry=self._registry)
        threads.set_function(psutil.Process().num_threads)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered. `method` and `route` are of closed sets."""
        self._requests.labels(route, method, f"{status // 100}xx").inc()
        self._request_seconds.labels(route, method).observe(seconds)

    def run_started(self, kind: str, preset: str, queued_seconds: float) -> None:
        """Count a run that starts on this server."""
        self._queued_seconds.labels(kind, preset).observe(queued_seconds)

    def run_ended(self, kind: str, preset: str, status: str, outcome: Outcome | None) -> None:
        """Count a run that ended, and its verdicts, comparisons and failures."""
        self._runs.labels(kind, preset, status).inc()
        if outcome is not None:
            _count(self._verdicts, (one.verdict for one in outcome.verdicts))
            _count(self._comparisons, (one.verdict for one in outcome.comparisons))
            _count(self._failures, (one.failure.reason for one in outcome.results if one.failure))

    def run_took(self, kind: str, preset: str, probe: str, seconds: float) -> None:
        """Record how long a run was executed. `probe` is one of the catalogue's, or `unknown`."""
        self._run_seconds.labels(kind, preset).observe(seconds)
        self._probe_seconds.labels(probe).observe(seconds)

    def store_failed(self) -> None:
        """Count an access to the store that failed."""
        self._store_errors.inc()

    def text(self, line: QueueLength | None) -> bytes:
        """All metrics in Prometheus' text format. `line`: the queue; None when the store cannot be read."""
        self._up.set(line is not None)
        self._waiting.set(line.waiting if line else math.nan)
        self._running.set(line.running if line else math.nan)
        self._limit.set(line.limit if line else math.nan)
        return generate_latest(self._registry)


def _count(counter: Counter, labels: Iterable[str]) -> None:
    for label in labels:
        counter.labels(label).inc()
