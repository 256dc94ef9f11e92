"""Traces by setting: what a collector is sent, that it is nothing about visitors, and what one that is away costs."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.telemetry.traces import Traces
from tests.support.runs.run_services import FORM, application_with, executing, over, submitted
from tests.support.server.child_processes import PATIENCE_S, environment, serving
from tests.support.telemetry.captured_logs import lines_of, logged
from tests.support.telemetry.collector import Collector, collecting
from tests.support.telemetry.visitor import ADDRESS, MARK, REQUESTS, SENT, TOKEN
from tests.support.web.web_client import client_of

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as running:
        yield running


@pytest.fixture
def traced(folder: Path, interpreter: str, collector: Collector) -> FastAPI:
    return application_with(folder, interpreter, otlp_endpoint=collector.address)


async def test_a_request_is_traced_by_its_route(traced: FastAPI, collector: Collector) -> None:
    async with executing(traced) as client:
        answer = await client.get("/claims/nothing?secret=1")
        for quiet in ("/healthz", "/readyz", "/metrics", "/static/tiebreak.css"):
            await client.get(quiet)
    (span,) = collector.spans
    assert collector.paths == {"/v1/traces"}
    assert span.name == "GET /claims/{id}"
    assert dict(span.attributes) == {
        "http.request.method": "GET",
        "http.route": "/claims/{id}",
        "http.response.status_code": 404,
        "url.scheme": "http",
        "network.protocol.version": "1.1",
        "tiebreak.request_id": answer.headers["x-request-id"],
    }


async def test_a_run_is_traced_and_linked_to_its_request(traced: FastAPI, collector: Collector) -> None:
    async with executing(traced) as client:
        done, failed = await submitted(client, "fine"), await submitted(client, "broken")
        for id in (done, failed):
            await over(client, id)
    asked = {span.id for span in collector.spans if span.name == "POST /api/v1/runs"}
    runs = {span.attributes["tiebreak.run_id"]: span for span in collector.spans if span.name == "run"}
    assert set(runs) == {done, failed}
    assert dict(runs[done].attributes) == {
        "tiebreak.run_id": done,
        "tiebreak.probe": "fine",
        "tiebreak.preset": "quick",
        "tiebreak.device": "cpu",
        "tiebreak.status": "done",
    }
    assert (runs[done].failed, runs[failed].failed) == (False, True)
    assert {runs[done].links[0], runs[failed].links[0]} == asked
    assert all(span.seconds > 0 for span in runs.values())


async def test_a_caller_s_trace_goes_on(traced: FastAPI, collector: Collector) -> None:
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": f"vendor={MARK}", "baggage": f"a={MARK}"}
    async with executing(traced) as client:
        await client.get("/claims", headers=headers)
    (span,) = collector.spans
    assert span.trace == TRACE
    assert MARK.encode() not in b"".join(collector.raw)


async def test_nothing_that_a_visitor_sends_is_traced(folder: Path, interpreter: str, collector: Collector) -> None:
    app = application_with(folder, interpreter, otlp_endpoint=collector.address, api_token=TOKEN)
    transport = httpx.ASGITransport(app=app, client=(ADDRESS, 47_111))
    sent = {**SENT, "baggage": f"a={MARK}", "tracestate": f"a={MARK}"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=f"http://{MARK}.test", headers=sent) as client,
    ):
        for method, address, body in REQUESTS:
            await client.request(method, address, content=body)
        form = f"token={TOKEN}&preset={MARK}".encode()
        await client.post("/probes/fine", content=form, headers={**FORM, "origin": f"http://{MARK}.test"})
    said = b"".join(collector.raw).lower()
    assert len(collector.spans) >= len(REQUESTS)  # the static file has no trace, the form has
    assert MARK.encode() not in said
    assert ADDRESS.encode() not in said


async def test_a_crash_is_a_span_that_failed(traced: FastAPI, collector: Collector) -> None:
    @traced.get("/crash")
    async def crash() -> None:
        raise RuntimeError(MARK)

    transport = httpx.ASGITransport(app=traced, raise_app_exceptions=False)
    async with (
        traced.router.lifespan_context(traced),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        await client.get("/crash")
    (span,) = collector.spans
    assert (span.name, span.failed, span.attributes["error.type"]) == ("GET /crash", True, "RuntimeError")
    assert MARK.encode() not in b"".join(collector.raw)


async def test_a_collector_that_hangs_delays_neither_requests_nor_the_stop() -> None:
    with collecting(hangs=True) as collector:
        traces = Traces(collector.address, "1", export_seconds=600)
        app = FastAPI(telemetry=traces.config)
        async with asyncio.timeout(PATIENCE_S), client_of(app) as client:
            for _ in range(600):  # more than a batch, so that sending begins
                assert (await client.get("/nothing")).status_code == 404
            assert await asyncio.to_thread(collector.asked.wait, PATIENCE_S)
            assert (await client.get("/nothing")).status_code == 404
            await traces.stop()
        assert collector.hanging is not None
        assert not collector.hanging.is_set()  # it has stopped, and the collector has not answered yet


async def test_a_collector_that_is_away_costs_a_line_now_and_then(folder: Path, interpreter: str) -> None:
    app = application_with(folder, interpreter, otlp_endpoint="http://127.0.0.1:9/")
    with logged() as log:
        async with executing(app) as client:
            for _ in range(3):
                await client.get("/claims/nothing")
                app.state.traces._provider.force_flush()
    lines = [line for line in lines_of(log) if line["level"] in ("WARNING", "ERROR")]
    assert [line["logger"] for line in lines] == ["tiebreak.traces"]
    assert "cannot be reached" in lines[0]["message"]


def test_a_stopping_server_sends_what_it_has(tmp_path: Path, collector: Collector) -> None:
    with serving(tmp_path / "log", {"TIEBREAK_OTLP_ENDPOINT": f"{collector.address}/v1/traces"}) as server:
        httpx.get(f"{server.address}/claims/nothing")
        server.terminate()
    assert [span.name for span in collector.spans] == ["GET /claims/{id}"]
    assert "Traceback" not in server.log.read_text()


async def test_without_the_setting_nothing_is_traced(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor with the environment variables by which FastAPI would send traces by itself."""
    with collecting() as collector:
        monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
        async with app.router.lifespan_context(app), client_of(app) as client:
            await client.get("/claims")
    assert not collector.asked.is_set()
    assert app.state.traces is None


LEAN = """
import sys
from app.main import create_app
create_app()
unwanted = ("opentelemetry.sdk", "opentelemetry.exporter", "requests")
assert not [name for name in sys.modules if name.startswith(unwanted)]
"""

LACKING = """
import sys
sys.modules["opentelemetry.sdk"] = sys.modules["opentelemetry.sdk.resources"] = None
sys.argv = ["tiebreak", "serve", "--port", "0"]
from app.cli.main import main
main()
"""


def test_without_the_setting_its_libraries_are_not_imported() -> None:
    child = _python(LEAN)
    assert (child.returncode, child.stderr) == (0, "")


def test_the_start_is_refused_where_the_libraries_are_missing() -> None:
    child = _python(LACKING, TIEBREAK_OTLP_ENDPOINT="http://127.0.0.1:4318")
    assert child.returncode == 1
    assert child.stderr.startswith("tiebreak: TIEBREAK_OTLP_ENDPOINT: traces need")
    assert "pip install 'tiebreak[telemetry]'" in child.stderr


def _python(code: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment(**settings),
        timeout=PATIENCE_S,
        check=False,
    )
