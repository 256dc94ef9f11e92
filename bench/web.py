"""How fast the pages answer, idle and while a probe runs."""

import time
from collections.abc import Iterator, Sequence
from typing import Literal

import httpx

from bench.benchmark import BenchFailed, Benchmark, Progress
from bench.intervals import percentile_ratio
from bench.jobs import run_seconds
from bench.options import Options
from bench.service import ended, get_run, service, submit
from bench.stored_results import Row
from bench.tables import ratio, table

State = Literal["idle", "running"]

QUERY = "language=python&deployment=mobile&data_type=images&goal=production"
ANSWERS = {"language": "python", "deployment": ["mobile"], "data_type": ["images"], "goal": "production"}
REQUESTS = ("GET /", f"GET /advice?{QUERY}", "GET /probes", "POST /api/v1/advice")
SHARES = (0.50, 0.95, 0.99)

PROBE = "matmul_256"
IDLE_ROUNDS, WARM_UP_ROUNDS = 300, 5
PAUSE_SECONDS = 0.02
"""Between rounds of requests, like readers and not like a flood."""
CHECK_SECONDS = 1.0

ABOUT = f"""
The time from a request to the complete answer on loopback, one request after the other: first while nothing runs, then
during a standard run of `{PROBE}`. A ratio is a percentile during the run over the same percentile when idle, with the
95% interval of a bootstrap over the requests. The effect of the requests on the probe is left to its noise gate.
"""


class WebRow(Row):
    """All requests of one kind in one state, in the order in which they were made."""

    request: str
    state: State
    seconds: tuple[float, ...]


def _seconds(options: Options) -> float:
    idle = (10 if options.quick else IDLE_ROUNDS) * (0.06 + PAUSE_SECONDS)
    return idle + run_seconds("quick", None) if options.quick else idle + 1.3 * run_seconds("standard", None, 2)


class Rounds:
    """Times rounds of requests."""

    def __init__(self, client: httpx.Client, progress: Progress) -> None:
        self._client, self._progress = client, progress

    def measure(self, state: State, go_on: Iterator[object]) -> Iterator[WebRow]:
        """A row for each kind of request, once `go_on` is exhausted."""
        taken: dict[str, list[float]] = {request: [] for request in REQUESTS}
        for _ in go_on:
            for request in REQUESTS:
                taken[request].append(round(self._timed(request), 6))
            time.sleep(PAUSE_SECONDS)
        self._progress(f"{state}: {len(taken[REQUESTS[0]])} requests of each kind")
        for request, seconds in taken.items():
            yield WebRow(request=request, state=state, seconds=tuple(seconds))

    def _timed(self, request: str) -> float:
        method, address = request.split()
        body = {"answers": ANSWERS} if method == "POST" else None
        started = time.perf_counter()
        response = self._client.request(method, address, json=body)
        seconds = time.perf_counter() - started
        if response.status_code != 200:
            raise BenchFailed(f"{request}: {response.status_code} {response.text[:500]}")
        return seconds


def _while_running(client: httpx.Client, id: str) -> Iterator[None]:
    """Until a run is over, which is looked up now and then."""
    checked = time.monotonic()
    while True:
        yield
        if time.monotonic() - checked > CHECK_SECONDS:
            if get_run(client, id)["finished_at"]:
                return
            checked = time.monotonic()


def _measure(options: Options, progress: Progress) -> Iterator[WebRow]:
    with service() as client:
        rounds = Rounds(client, progress)
        list(rounds.measure("idle", iter(range(WARM_UP_ROUNDS))))
        yield from rounds.measure("idle", iter(range(10 if options.quick else IDLE_ROUNDS)))
        preset = "quick" if options.quick else "standard"
        id = submit(client, {"probe": PROBE, "preset": preset})
        yield from rounds.measure("running", _while_running(client, id))
        progress(f"the run: {ended(client, id)['status']}")


def _show(rows: Sequence[WebRow]) -> list[str]:
    taken = {(row.request, row.state): row.seconds for row in rows}
    cells = []
    for request in REQUESTS:
        idle, running = taken[request, "idle"], taken[request, "running"]
        ratios = [ratio(*percentile_ratio(idle, running, share)) for share in SHARES]
        cells.append((f"`{request}`", len(idle), len(running), *ratios))
    return table(("request", "idle", "running", *(f"ratio of p{100 * share:.0f}" for share in SHARES)), cells)


BENCHMARK = Benchmark("web", "The pages while a probe runs", ABOUT, WebRow, (), _seconds, _measure, _show)
