"""A small OpenTelemetry collector: takes traces by OTLP over HTTP and keeps them."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.server.child_processes import PATIENCE_S


@dataclass(frozen=True)
class Span:
    """A span as it arrived."""

    name: str
    trace: str
    id: str
    attributes: Mapping[str, Any]
    links: list[str]
    failed: bool
    seconds: float


class Collector:
    """What arrived. With `hangs` it takes requests and never answers."""

    def __init__(self, address: str, hanging: threading.Event | None) -> None:
        self.address, self.hanging = address, hanging
        self.paths: set[str] = set()
        self.raw: list[bytes] = []
        self.asked = threading.Event()

    @property
    def spans(self) -> list[Span]:
        return [span for body in self.raw for span in _spans(body)]

    def spans_named(self, *names: str) -> list[Span]:
        """The spans of these names, once there is at least one of each."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            found = [span for span in self.spans if span.name in names]
            if {span.name for span in found} == set(names):
                return found
            time.sleep(0.05)
        raise AssertionError(f"{names} are not all in {[span.name for span in self.spans]}")


@contextmanager
def collecting(hangs: bool = False) -> Iterator[Collector]:
    """A collector on a free port of this machine."""
    release = threading.Event() if hangs else None

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            collector.paths.add(self.path)
            collector.asked.set()
            if release is not None:
                release.wait()
                return
            collector.raw.append(body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    collector = Collector(f"http://127.0.0.1:{server.server_port}", release)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        if release is not None:
            release.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _spans(body: bytes) -> Iterator[Span]:
    request = ExportTraceServiceRequest.FromString(body)
    for of_resource in request.resource_spans:
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                yield Span(
                    span.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    {one.key: _value(one.value) for one in span.attributes},
                    [link.span_id.hex() for link in span.links],
                    span.status.code == 2,
                    (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
                )


def _value(value: Any) -> Any:
    return getattr(value, value.WhichOneof("value"))
