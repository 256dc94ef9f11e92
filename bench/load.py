"""How many requests the service answers, idle and while a probe runs, when clients send the next one at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import log
from typing import Literal

import httpx

from bench.benchmark import Benchmark, Progress
from bench.intervals import Interval, mean_ratio
from bench.options import Options
from bench.service import cancel, service, submit
from bench.stored_results import Row
from bench.tables import ratio, table
from bench.web import QUERY
from bench.wrk import CONNECTIONS, flood

State = Literal["idle", "running"]
STATES: tuple[State, ...] = ("idle", "running")

ROUNDS, SECONDS, WARM_UP_SECONDS = 4, 8, 2
PROBE, PRESET = "mlp_train", "rigorous"
"""Long enough to last through a round, which begins with the start of its processes."""

LIMIT = 3.0
"""The advice's 99th percentile may be this many times as long while a probe runs."""

NEEDS = ("debugging", "speed", "numpy_interop", "dashboards", "portability")
ADVICE, CACHED, PAGES = "an advice not asked before", "an advice from the cache", "other pages"

ABOUT = f"""
wrk sends requests over {CONNECTIONS} connections on loopback. Each connection waits for its answer and then sends the
next request. A round has two halves of {SECONDS} seconds: one while nothing else runs, one from the start of a rigorous
run of `{PROBE}`. There are {ROUNDS} rounds. The processor is never idle, so latency is mostly waiting time: the hardest
case for a probe and for the pages. A ratio compares the two halves of a round; the table shows the geometric mean over
the rounds with a t interval. The aim: the 99th percentile of the advice at most {LIMIT:.0f} times that of idle, and no
failed request. The effect of the requests on the probe is left to its noise gate.
"""


class LoadRow(Row):
    """What wrk found in one half of a round."""

    target: str
    round: int
    state: State
    requests: int
    seconds: float
    failed: int
    p50_s: float
    p99_s: float


def _advice_paths() -> Iterator[str]:
    """Addresses of advice, all different; more than the service keeps."""
    parts = product(
        ("python", "cpp", "java", "javascript", "swift"),
        ("server", "mobile", "edge", "browser"),
        ("research", "prototype", "production"),
        NEEDS,
    )
    for language, deployment, goal, need in parts:
        yield f"/advice?language={language}&deployment={deployment}&data_type=images&goal={goal}&needs={need}"


TARGETS: Mapping[str, tuple[str, ...]] = {
    ADVICE: tuple(_advice_paths()),
    CACHED: (f"/advice?{QUERY}",),
    PAGES: ("/", "/claims", "/claims/torchserve-serves-pytorch", "/probes", "/methodology", "/sources", "/map"),
}


def _rounds(options: Options) -> int:
    return 2 if options.quick else ROUNDS


def _length(options: Options) -> int:
    return 4 if options.quick else SECONDS


def _seconds(options: Options) -> float:
    return len(TARGETS) * (WARM_UP_SECONDS + _rounds(options) * (2.0 * _length(options) + 3))


def _measure(options: Options, progress: Progress) -> Iterator[LoadRow]:
    with service() as client:
        for target, paths in TARGETS.items():
            flood(str(client.base_url), paths, WARM_UP_SECONDS)
            for round in range(_rounds(options)):
                for state in STATES:
                    row = _half(client, target, paths, round, state, _length(options))
                    progress(f"{target}, {state}: {row.requests / row.seconds:.0f} a second, {row.failed} failed")
                    yield row


def _half(client: httpx.Client, target: str, paths: Sequence[str], round: int, state: State, seconds: int) -> LoadRow:
    run = submit(client, {"probe": PROBE, "preset": PRESET}) if state == "running" else None
    found = flood(str(client.base_url), paths, seconds)
    if run is not None:
        cancel(client, run)
    return LoadRow(target=target, round=round, state=state, **vars(found))


def compared(rows: Sequence[LoadRow], target: str, figure: Callable[[LoadRow], float]) -> tuple[float, Interval | None]:
    """A figure while a probe runs over the same figure when idle: the geometric mean over the rounds."""
    mine = {(row.round, row.state): figure(row) for row in rows if row.target == target}
    rounds = sorted({round for round, _ in mine})
    return mean_ratio([log(mine[round, "running"] / mine[round, "idle"]) for round in rounds])


def _fault(rows: Sequence[LoadRow]) -> str | None:
    """A failed request, or a 99th percentile of the advice that is longer than it may be, beyond doubt."""
    failed = sum(row.failed for row in rows)
    if failed:
        return f"{failed} requests failed"
    found, interval = compared(rows, ADVICE, _p99)
    surely = interval[0] if interval else found
    return f"the advice's p99 is {ratio(found, interval)} times idle" if surely > LIMIT else None


def _throughput(row: LoadRow) -> float:
    return row.requests / row.seconds


def _p50(row: LoadRow) -> float:
    return row.p50_s


def _p99(row: LoadRow) -> float:
    return row.p99_s


def _show(rows: Sequence[LoadRow]) -> list[str]:
    cells = [
        (
            target,
            *(sum(row.requests for row in rows if (row.target, row.state) == (target, state)) for state in STATES),
            sum(row.failed for row in rows if row.target == target),
            *(ratio(*compared(rows, target, figure)) for figure in (_throughput, _p50, _p99)),
        )
        for target in TARGETS
    ]
    head = ("requests for", "idle", "running", "failed", "ratio of requests a second", "ratio of p50", "ratio of p99")
    return table(head, cells)


BENCHMARK = Benchmark("load", "Maximum load while a probe runs", ABOUT, LoadRow, (), _seconds, _measure, _show, _fault)
