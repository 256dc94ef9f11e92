"""Traces of requests and runs, sent to an OpenTelemetry collector by OTLP over HTTP.

FastAPI makes the spans of requests. They contain the path, the query and the host that a visitor sent, so only the
attributes in EXPORTED leave the process. Importing this module needs the extra `telemetry`.
"""

import asyncio
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, SpanContext, Status, StatusCode

from app.runs.models import Run
from app.runs.observers import Observer
from app.runs.outcome_spool import RunEnd
from app.telemetry.request_ids import current_request
from app.telemetry.request_log import QUIET

EXPORT_SECONDS = 5.0
"""How long sending a batch may take, including retries."""

FLUSH_SECONDS = 0.5
"""How long a stopping service waits for the last batch; spans that are not sent by then are lost."""

WARN_SECONDS = 60.0
"""The least time between two warnings that the collector cannot be reached."""

MOST_REQUESTS = 2_000
"""For how many waiting runs their requests are remembered; more than can wait."""

EXPORTED = frozenset(
    {
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "error.type",
        "url.scheme",
        "network.protocol.version",
        "tiebreak.run_id",
        "tiebreak.probe",
        "tiebreak.preset",
        "tiebreak.device",
        "tiebreak.status",
    }
)

log = logging.getLogger("tiebreak.traces")


class Traces(Observer):
    """Makes the spans of one application, and sends them in the background."""

    def __init__(self, endpoint: str, version: str, export_seconds: float = EXPORT_SECONDS) -> None:
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # `_LossReporter` warns in its place, less often
        resource = Resource.create({"service.name": "tiebreak", "service.version": version})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=_address(endpoint), timeout=export_seconds)
        self._provider.add_span_processor(_AttributeFilter(BatchSpanProcessor(_LossReporter(exporter))))
        self._tracer = self._provider.get_tracer("tiebreak", version)
        self._requests: OrderedDict[str, SpanContext] = OrderedDict()
        self._spans: dict[str, trace.Span] = {}

    @property
    def config(self) -> TelemetryConfig:
        """FastAPI's configuration: one span for each request, and nothing else."""
        return {
            "tracer_provider": self._provider,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
            "exclude": lambda scope: scope["path"].startswith(QUIET),
        }

    def queued(self, run: Run, kind: str) -> None:  # noqa: ARG002 - the observer's
        """Remember the request that started a run."""
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            self._requests[run.id] = context
            if len(self._requests) > MOST_REQUESTS:
                self._requests.popitem(last=False)

    def started(self, run: Run, kind: str) -> None:  # noqa: ARG002
        """Begin a run's own trace, with a link to the request."""
        request = self._requests.pop(run.id, None)
        names = {"run_id": run.id, "probe": run.probe, "preset": run.preset, "device": run.device}
        self._spans[run.id] = self._tracer.start_span(
            "run",
            context=Context(),
            attributes={f"tiebreak.{name}": value for name, value in names.items()},
            links=[Link(request)] if request else [],
        )

    def ended(self, run: Run, kind: str, end: RunEnd) -> None:  # noqa: ARG002
        """End a run's trace, if it was executed here."""
        self._requests.pop(run.id, None)
        span = self._spans.pop(run.id, None)
        if span is not None:
            span.set_attribute("tiebreak.status", end.status)
            if end.status == "failed":
                span.set_status(StatusCode.ERROR)
            span.end()

    async def stop(self) -> None:
        """Send the remaining spans, for FLUSH_SECONDS at most: a collector that hangs must not delay the stop."""
        flush = threading.Thread(target=self._provider.shutdown, name="last traces", daemon=True)
        flush.start()
        await asyncio.to_thread(flush.join, FLUSH_SECONDS)


def _address(endpoint: str) -> str:
    """The address for traces, which OTLP defines as a path below the collector's address."""
    bare = endpoint.rstrip("/")
    return bare if bare.endswith("/v1/traces") else f"{bare}/v1/traces"


class _AttributeFilter(SpanProcessor):
    """Passes spans on with the EXPORTED attributes only, and with the id of their request."""

    def __init__(self, inner: SpanProcessor) -> None:
        self._inner = inner

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Nothing is passed on before the end."""

    def on_end(self, span: ReadableSpan) -> None:
        kept: dict[str, Any] = {key: value for key, value in (span.attributes or {}).items() if key in EXPORTED}
        if span.kind is trace.SpanKind.SERVER and (request := current_request.get()):
            kept["tiebreak.request_id"] = request
        self._inner.on_end(
            ReadableSpan(
                name=span.name,
                context=_without_state(span.context),
                parent=_without_state(span.parent),
                resource=span.resource,
                attributes=kept,
                links=[Link(_without_state(link.context)) for link in span.links],
                kind=span.kind,
                status=Status(span.status.status_code),
                start_time=span.start_time,
                end_time=span.end_time,
                instrumentation_scope=span.instrumentation_scope,
            )
        )

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)


def _without_state(context: Any) -> Any:
    """A span's context without its `tracestate`, which may be any text that a client sent."""
    if context is None:
        return None
    return SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags)


class _LossReporter(SpanExporter):
    """Drops spans that could not be sent, and warns of that from time to time."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner
        self._lost, self._warned = 0, float("-inf")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._inner.export(spans)
        if result is not SpanExportResult.SUCCESS:
            self._lost += len(spans)
            self._warn()
        return result

    def _warn(self) -> None:
        if time.monotonic() - self._warned > WARN_SECONDS:
            log.warning("the collector of traces cannot be reached: %d spans are lost", self._lost)
            self._lost, self._warned = 0, time.monotonic()

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)
