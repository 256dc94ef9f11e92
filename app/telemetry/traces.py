"""Traces of requests and runs, sent to an OpenTelemetry collector by OTLP over HTTP.

FastAPI makes the spans of requests itself. They hold the path, the query and the host that a visitor named, so nothing
but what is listed in TOLD leaves the process. Importing this needs the extra `telemetry`.
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
"""How long sending a batch may take, all tries together."""

FLUSH_SECONDS = 0.5
"""How long a stopping service waits for the last batch to be sent; what is not sent by then is lost."""

COMPLAIN_SECONDS = 60.0
REMEMBERED = 2_000
"""Of how many waiting runs the requests are kept; more than can wait."""

TOLD = frozenset(
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

    def __init__(self, endpoint: str, version: str) -> None:
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # it says every few seconds what `_Patient` says
        resource = Resource.create({"service.name": "tiebreak", "service.version": version})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=_address(endpoint), timeout=EXPORT_SECONDS)
        self._provider.add_span_processor(_Discreet(BatchSpanProcessor(_Patient(exporter))))
        self._tracer = self._provider.get_tracer("tiebreak", version)
        self._requests: OrderedDict[str, SpanContext] = OrderedDict()
        self._spans: dict[str, trace.Span] = {}

    @property
    def config(self) -> TelemetryConfig:
        """What FastAPI is given, so that it makes a span of each request and nothing else."""
        return {
            "tracer_provider": self._provider,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
            "exclude": lambda scope: scope["path"].startswith(QUIET),
        }

    def queued(self, run: Run, kind: str) -> None:  # noqa: ARG002 - the observer's
        """Remember the request that a run comes from."""
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            self._requests[run.id] = context
            if len(self._requests) > REMEMBERED:
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
        """Send what is left, for FLUSH_SECONDS at most: a collector that hangs does not keep the service."""
        flush = threading.Thread(target=self._provider.shutdown, name="last traces", daemon=True)
        flush.start()
        await asyncio.to_thread(flush.join, FLUSH_SECONDS)


def _address(endpoint: str) -> str:
    """Where a collector takes traces, which OTLP puts below its address."""
    bare = endpoint.rstrip("/")
    return bare if bare.endswith("/v1/traces") else f"{bare}/v1/traces"


class _Discreet(SpanProcessor):
    """Hands on what may be told of a span, with the id of the request that it belongs to."""

    def __init__(self, inner: SpanProcessor) -> None:
        self._inner = inner

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Nothing is told before the end."""

    def on_end(self, span: ReadableSpan) -> None:
        told: dict[str, Any] = {key: value for key, value in (span.attributes or {}).items() if key in TOLD}
        if span.kind is trace.SpanKind.SERVER and (request := current_request.get()):
            told["tiebreak.request_id"] = request
        self._inner.on_end(
            ReadableSpan(
                name=span.name,
                context=_without_state(span.context),
                parent=_without_state(span.parent),
                resource=span.resource,
                attributes=told,
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
    """A span's place without its `tracestate`, which is any text that a caller sent."""
    if context is None:
        return None
    return SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags)


class _Patient(SpanExporter):
    """Says now and then that the collector cannot be reached, and loses what could not be sent."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner
        self._lost, self._complained = 0, float("-inf")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._inner.export(spans)
        if result is not SpanExportResult.SUCCESS:
            self._lost += len(spans)
            self._complain()
        return result

    def _complain(self) -> None:
        if time.monotonic() - self._complained > COMPLAIN_SECONDS:
            log.warning("the collector of traces cannot be reached: %d spans are lost", self._lost)
            self._lost, self._complained = 0, time.monotonic()

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)
