"""What Prometheus reads: requests, runs, the queue, the store and the process."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import ASGIApp, Receive, Scope, Send

from app import __version__
from app.runs.models import ClaimVerdict, Comparison, Equivalence, Outcome
from app.runs.single_flight import SingleFlight
from app.telemetry.metrics import Metrics
from app.telemetry.request_log import RequestLog
from tests.support.advice.answer_sets import shipped_rules
from tests.support.runs.run_services import application_with, in_status, over, submitted
from tests.support.storage.databases import take_away
from tests.support.telemetry.scraping import labels, samples_of, scraped, value
from tests.support.web.web_client import HTML, client_of

REQUESTS = "tiebreak_requests_total"


async def test_requests_are_counted_by_route_method_and_kind_of_status(app: FastAPI) -> None:
    async with client_of(app) as client:
        for address in ("/claims", "/claims?nobody=1", "/claims/nothing", "/static/tiebreak.css", "/static/nothing"):
            await client.get(address, headers=HTML)
        await client.head("/claims")
        samples = await scraped(client)
    found = {tuple(one.labels.values()): one.value for one in samples if one.name == REQUESTS}
    assert {key: found[key] for key in found if "/readyz" not in key} == {
        ("GET", "/claims", "2xx"): 1,
        ("GET", "/claims", "4xx"): 1,
        ("HEAD", "/claims", "2xx"): 1,
        ("GET", "/claims/{id}", "4xx"): 1,
        ("GET", "/static/{path}", "2xx"): 1,
        ("GET", "/static/{path}", "4xx"): 1,
    }
    assert value(samples, "tiebreak_request_duration_seconds_count", route="/claims") == 3
    assert value(samples, "tiebreak_request_duration_seconds_sum", route="/claims") > 0
    assert value(samples, "tiebreak_requests_in_flight") == 1  # this scrape


async def test_nothing_that_a_visitor_sends_becomes_a_label(app: FastAPI) -> None:
    mark = "zq7visitor"
    async with client_of(app) as client:
        for number in range(20):
            await client.get(f"/{mark}{number}")
            await client.get(f"/claims/{mark}{number}?{mark}={number}", headers={"user-agent": f"{mark}{number}"})
            await client.request(f"{mark.upper()}{number}", "/claims")
            await client.post("/api/v1/runs", json={"probe": f"{mark}{number}"})
        samples = await scraped(client)
        again = await scraped(client)
    assert mark not in str(samples).lower()
    assert labels(samples, REQUESTS, "route") == {"unmatched", "/claims/{id}", "/claims", "/api/v1/runs"}
    assert labels(samples, REQUESTS, "method") == {"GET", "POST", "other"}
    assert value(samples, REQUESTS, route="unmatched") == 20
    assert labels(again, REQUESTS, "route") - labels(samples, REQUESTS, "route") == {"/metrics"}


async def test_two_applications_of_one_process_count_apart(app: FastAPI, folder: Path, interpreter: str) -> None:
    async with client_of(app) as client, client_of(application_with(folder, interpreter)) as other:
        await client.get("/claims")
        assert value(await scraped(client), REQUESTS) == 1
        assert value(await scraped(other), REQUESTS) == 0


async def test_what_waits_and_runs_is_told(executed: httpx.AsyncClient) -> None:
    before = await scraped(executed)
    first = await submitted(executed, "asleep")
    await in_status(executed, first, "running")
    second = await submitted(executed, "fine")
    samples = await scraped(executed)
    for id in (second, first):
        await executed.delete(f"/api/v1/runs/{id}")
        await over(executed, id)
    after = await scraped(executed)
    counts = [
        (value(one, "tiebreak_queue_runs"), value(one, "tiebreak_running_runs")) for one in (before, samples, after)
    ]
    assert counts == [(0, 0), (1, 1), (0, 0)]
    assert value(samples, "tiebreak_queue_limit_runs") == 8
    ended = {"kind": "capability", "preset": "quick", "status": "cancelled"}
    assert value(after, "tiebreak_runs_total", **ended) == value(after, "tiebreak_runs_total") == 2
    assert value(after, "tiebreak_run_queued_seconds_count") == 1  # the other one never started
    assert value(after, "tiebreak_probe_duration_seconds_count", probe="asleep") == 1


async def test_runs_are_counted_by_how_they_ended(executed: httpx.AsyncClient) -> None:
    for probe in ("fine", "broken", "fine"):
        await over(executed, await submitted(executed, probe))
    samples = await scraped(executed)
    runs = {
        status: value(samples, "tiebreak_runs_total", kind="capability", status=status) for status in ("done", "failed")
    }
    assert runs == {"done": 2, "failed": 1}
    assert value(samples, "tiebreak_run_duration_seconds_count", kind="capability", preset="quick") == 3
    assert value(samples, "tiebreak_run_duration_seconds_sum") > 0
    failures = {
        reason: value(samples, "tiebreak_worker_failures_total", reason=reason) for reason in ("exception", "signal")
    }
    assert failures == {"exception": 1, "signal": 1}
    assert value(samples, "tiebreak_worker_failures_total") == 2


def test_verdicts_and_comparisons_are_counted_by_what_they_say() -> None:
    metrics = Metrics("1", "2")
    verdicts = [ClaimVerdict(claim=str(n), verdict="refuted" if n else "confirmed", reason="") for n in range(3)]
    comparison = Comparison(
        ratio=2.0,
        ci95=(1.9, 2.1),
        verdict="pytorch_faster",
        reason=None,
        indicative=False,
        delta=0.05,
        pair_log_ratios=(),
        rounds=1,
        noisy_rounds=0,
        equivalence=Equivalence(checked=True, passed=True),
    )
    outcome = Outcome(status="done", verdicts=tuple(verdicts), comparisons=(comparison, comparison))
    metrics.run_ended("timing", "standard", "done", outcome)
    samples = samples_of(metrics.text(None).decode())
    by_verdict = {
        verdict: value(samples, "tiebreak_verdicts_total", verdict=verdict) for verdict in ("confirmed", "refuted")
    }
    assert by_verdict == {"confirmed": 1, "refuted": 2}
    assert value(samples, "tiebreak_verdicts_total") == 3
    assert value(samples, "tiebreak_comparisons_total", verdict="pytorch_faster") == 2
    assert value(samples, "tiebreak_comparisons_total") == 2


async def test_a_store_that_is_away_is_told_and_fails_no_scrape(app: FastAPI, folder: Path) -> None:
    async with client_of(app) as client:
        assert value(await scraped(client), "tiebreak_store_up") == 1
        take_away(folder / "data")
        samples = await scraped(client)
    assert value(samples, "tiebreak_store_up") == 0
    assert math.isnan(value(samples, "tiebreak_queue_runs"))
    assert value(samples, "tiebreak_store_errors_total") >= 1


async def test_a_store_that_hangs_fails_no_scrape_either(app: FastAPI) -> None:
    released = asyncio.Event()
    app.state.service.runs._unfinished = SingleFlight(released.wait, 0.05)
    async with client_of(app) as client:
        assert value(await scraped(client), "tiebreak_store_up") == 0
    released.set()


async def test_the_process_and_the_build_are_told(client: httpx.AsyncClient) -> None:
    samples = await scraped(client)
    assert value(samples, "tiebreak_build_info", version=__version__, rules_version=shipped_rules().version) == 1
    for name in ("process_resident_memory_bytes", "process_open_fds", "process_cpu_seconds_total"):
        assert value(samples, name) > 0
    assert value(samples, "tiebreak_process_threads") >= 1


async def test_every_measure_says_what_it_is(client: httpx.AsyncClient) -> None:
    families = list(text_string_to_metric_families((await client.get("/metrics")).text))
    assert len(families) > 15
    assert [family.name for family in families if not family.documentation or family.type == "unknown"] == []


ROUNDS, REQUESTS_A_ROUND, DEARER = 15, 40, 1.5


@pytest.mark.alone
async def test_logging_and_counting_a_request_costs_little(app: FastAPI) -> None:
    """A small response with and without the two middlewares, in turns; the quickest round of each."""
    whole = app.build_middleware_stack()
    app.user_middleware = app.user_middleware[:-1]  # `RouteRecorder`, which was added first
    without = app.build_middleware_stack()

    async def bare(scope: Scope, receive: Receive, send: Send) -> None:
        await FastAPI.__call__(app, scope, receive, send)

    async def seconds(get: Callable[[], Awaitable[httpx.Response]]) -> float:
        began = time.perf_counter()
        for _ in range(REQUESTS_A_ROUND):
            assert (await get()).status_code == 200
        return time.perf_counter() - began

    taken: dict[str, list[float]] = {"logged": [], "bare": []}
    logged: ASGIApp = RequestLog(bare, app.state.metrics)
    for outer, stack, name in [(logged, whole, "logged"), (bare, without, "bare")] * ROUNDS:
        app.middleware_stack = stack
        async with client_of(outer) as client:
            taken[name].append(await seconds(lambda: client.get("/api/v1/sources")))
    ratio = min(taken["logged"]) / min(taken["bare"])
    assert ratio < DEARER, taken
