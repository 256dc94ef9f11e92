"""How fast an advice is: the engine, a library of multi-criteria methods, and the route against a bare one."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from threading import Thread
from typing import Any

import httpx
import numpy as np
import uvicorn
from fastapi import FastAPI, Response
from numpy.typing import NDArray
from pymcdm.methods import WSM
from threadpoolctl import threadpool_limits

from app.advice.advise import advise
from app.advice.model.answers import parse_answers
from app.advice.preferences import Preferences
from app.advice.robustness.acceptability import acceptability
from app.advice.robustness.decision import Case, decide
from app.knowledge.loader import load
from bench.benchmark import BenchFailed, Benchmark, Progress
from bench.intervals import percentile_ratio
from bench.options import Options
from bench.service import service
from bench.stored_results import Row
from bench.tables import ratio, table
from bench.web import ANSWERS

ROUNDS = 300
LIBRARY_SAMPLES = 500
"""The library takes milliseconds a sample; its time for all of them follows in proportion."""

NEEDS = ("debugging", "speed", "numpy_interop", "dashboards", "portability", "reproducibility")

ABOUT = """
The time of one advice with its complete robustness: acceptability from 10,000 samples, all single flips, the next
question, decisive claims. In one process, on one core: the whole advice; its acceptability alone; and the same share
with the library pymcdm, which ranks by weighted sums for each weighting (some are timed, the rest in proportion). Over
loopback, one request after the other: an advice that is not in the cache; one from the cache; and a bare FastAPI route
that returns the same bytes. Ratios are of medians, with the 95% interval of a bootstrap.
"""


class AdviceRow(Row):
    """Every time that one thing took."""

    what: str
    seconds: tuple[float, ...]


def _timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _row(what: str, action: Callable[[], object], rounds: int) -> AdviceRow:
    action()
    return AdviceRow(what=what, seconds=tuple(round(_timed(action), 7) for _ in range(rounds)))


def _engine_rows(rounds: int) -> Iterator[AdviceRow]:
    rules, today = load(), date.today()
    answers = parse_answers(rules, ANSWERS)
    decision = decide(Case(rules, "today", today), answers.sets)
    judge = decision.judge
    yield _row("advice", lambda: advise(rules, answers, Preferences(), today), rounds)
    yield _row("acceptability", lambda: acceptability(decision.scores, 0, decision.open_spread, judge.samples), rounds)
    differences = decision.scores.differences[:, 0]
    matrix = np.vstack([(1 + differences) / 2, (1 - differences) / 2])
    weightings = (decision.scores.weights[:, 0] * judge.samples.factors[:, :LIBRARY_SAMPLES].T).astype(float)
    weightings /= weightings.sum(axis=1, keepdims=True)
    method, types = WSM(_as_it_is), np.ones(len(differences))

    def by_library() -> int:
        return sum(bool(np.diff(method(matrix, weights, types))[0] < 0) for weights in weightings)

    found = _row("library", by_library, max(rounds // 60, 3))
    factor = judge.samples.count / LIBRARY_SAMPLES
    yield AdviceRow(what="library", seconds=tuple(round(one * factor, 6) for one in found.seconds))


def _as_it_is(column: NDArray[np.float64], cost: bool) -> NDArray[np.float64]:  # noqa: ARG001 - the library's signature
    return column


def _questions(rounds: int) -> list[dict[str, Any]]:
    """Answers that are all different, so that none comes from the cache."""
    combinations = [[need for bit, need in enumerate(NEEDS) if number >> bit & 1] for number in range(1 << len(NEEDS))]
    languages = ("python", "cpp", "java", "javascript", "swift")
    found = [{**ANSWERS, "language": language, "needs": needs} for needs in combinations for language in languages]
    return [{"answers": answers} for answers in found[:rounds]]


def _route_rows(rounds: int) -> Iterator[AdviceRow]:
    with service() as client:

        def post(body: dict[str, Any]) -> httpx.Response:
            response = client.post("/api/v1/advice", json=body)
            if response.status_code != 200:
                raise BenchFailed(response.text[:500])
            return response

        content = post({"answers": ANSWERS}).content
        fresh = tuple(round(_timed(lambda body=body: post(body)), 7) for body in _questions(rounds))  # type: ignore[misc]
        yield AdviceRow(what="route, not asked before", seconds=fresh)
        yield _row("route, from the cache", lambda: post({"answers": ANSWERS}), rounds)
    with _bare(content) as client:
        yield _row("bare route", lambda: client.post("/", json={"answers": ANSWERS}), rounds)


@contextmanager
def _bare(content: bytes) -> Iterator[httpx.Client]:
    """A client of a FastAPI application that always returns these bytes."""
    app = FastAPI()

    @app.post("/")
    async def same(body: dict[str, Any]) -> Response:  # noqa: ARG001 - read as the real route reads it
        return Response(content, media_type="application/json")

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(5)


def _measure(options: Options, progress: Progress) -> Iterator[AdviceRow]:
    rounds = 10 if options.quick else ROUNDS
    with threadpool_limits(1, user_api="blas"):
        for row in _engine_rows(rounds):
            progress(f"{row.what}: {len(row.seconds)} times")
            yield row
    for row in _route_rows(rounds):
        progress(f"{row.what}: {len(row.seconds)} times")
        yield row


PAIRS = (
    ("library", "acceptability", "the share by the library over ours"),
    ("advice", "acceptability", "the whole advice over its acceptability alone"),
    ("route, not asked before", "bare route", "an advice that is not in the cache over the bare route"),
    ("route, from the cache", "bare route", "an advice from the cache over the bare route"),
)


def _show(rows: Sequence[AdviceRow]) -> list[str]:
    taken = {row.what: row.seconds for row in rows}
    cells = [
        (words, len(taken[one]), len(taken[other]), ratio(*percentile_ratio(taken[other], taken[one], 0.5)))
        for one, other, words in PAIRS
    ]
    return table(("", "times", "against", "ratio of medians"), cells)


BENCHMARK = Benchmark("advice", "How fast an advice is", ABOUT, AdviceRow, (), lambda _: 60.0, _measure, _show)
