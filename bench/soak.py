"""An hour of mixed traffic in ten minutes: whether memory, file handles and threads stay where they are."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psutil

from bench.benchmark import Benchmark, Progress
from bench.options import Options
from bench.service_process import ServiceProcess, service_process
from bench.stored_results import Row
from bench.tables import table
from bench.traffic import RUN_EVERY_SECONDS, Traffic

SECONDS, QUICK_SECONDS = 600, 20
PER_SECOND = 30.0
"""Five requests a second for an hour, six times as fast."""
SAMPLE_SECONDS = 2.0
WARM_UP_SHARE = 0.3
"""At first caches fill; what is looked at begins after this share of the time."""

GROWTH = 0.05
"""So much more memory, at most, over the time that is looked at: what a trend through all samples adds."""
MORE_FILES, MORE_THREADS = 4, 2

ABOUT = f"""
An hour of traffic at five requests a second, sent in ten minutes: pages, advice, lists and runs in turn, API clients,
people who follow a run and leave, nonsense, bodies that are too large, and a quick run of a probe every
{RUN_EVERY_SECONDS:.0f} seconds, every fourth of which is cancelled. Resident memory, open files and threads of the
server are sampled every {SAMPLE_SECONDS:.0f} seconds. The first {WARM_UP_SHARE:.0%} of the samples are left out, since
caches fill. Over the rest, the trend of memory (Theil and Sen's: the median of the slopes between all pairs of samples)
may grow by {GROWTH:.0%} at most, and the medians of the last third may be {MORE_FILES} files and {MORE_THREADS} threads
above those of the first. Every request must get the right answer.
"""


class SoakRow(Row):
    """The size of the server at a moment, and the requests until then."""

    second: float
    resident_bytes: int
    files: int
    threads: int
    asked: int
    failed: int


def _measure(options: Options, progress: Progress) -> Iterator[SoakRow]:
    seconds = QUICK_SECONDS if options.quick else SECONDS
    with TemporaryDirectory(prefix="tiebreak-soak-") as folder, service_process(Path(folder) / "log") as server:
        rows, failed = asyncio.run(_soaked(server, seconds))
    for text in sorted(set(failed)):
        progress(f"{failed.count(text)} times {text}")
    yield from rows


async def _soaked(server: ServiceProcess, seconds: float) -> tuple[list[SoakRow], list[str]]:
    limits = httpx.Limits(max_connections=40)
    async with httpx.AsyncClient(base_url=server.address, timeout=60, limits=limits, trust_env=False) as client:
        traffic, rows = Traffic(client, seconds, PER_SECOND), list[SoakRow]()
        async with _sampled(server.pid, traffic, rows):
            await traffic.flow()
    return rows, traffic.failed


@asynccontextmanager
async def _sampled(pid: int, traffic: Traffic, rows: list[SoakRow]) -> AsyncIterator[None]:
    """A sample every few seconds for as long as the block lasts, and one at its end."""
    process, began = psutil.Process(pid), time.monotonic()

    def sample() -> None:
        rows.append(
            SoakRow(
                second=round(time.monotonic() - began, 1),
                resident_bytes=process.memory_info().rss,
                files=process.num_fds(),
                threads=process.num_threads(),
                asked=traffic.sent.total(),
                failed=len(traffic.failed),
            )
        )

    async def sample_on() -> None:
        while True:
            sample()
            await asyncio.sleep(SAMPLE_SECONDS)

    sampling = asyncio.create_task(sample_on())
    try:
        yield
    finally:
        sampling.cancel()
    sample()


def _looked_at(rows: Sequence[SoakRow]) -> Sequence[SoakRow]:
    """The samples after the warm-up."""
    return rows[int(len(rows) * WARM_UP_SHARE) :]


def growth(rows: Sequence[SoakRow]) -> float:
    """How much memory the trend adds over the samples after the warm-up, as a share of their median.

    Source: Sen (1968), Journal of the American Statistical Association 63, 1379-1389.
    """
    from scipy import stats

    later = _looked_at(rows)
    bytes_, seconds = [row.resident_bytes for row in later], [row.second for row in later]
    slope = float(stats.theilslopes(bytes_, seconds).slope)
    return slope * (seconds[-1] - seconds[0]) / float(_median(bytes_))


def more(rows: Sequence[SoakRow], figure: str) -> float:
    """By how much the median of the last third of the samples after the warm-up is above that of the first."""
    found = [getattr(row, figure) for row in _looked_at(rows)]
    third = max(len(found) // 3, 1)
    return _median(found[-third:]) - _median(found[:third])


def _median(values: Sequence[float]) -> float:
    return float(statistics.median(values))


def _fault(rows: Sequence[SoakRow]) -> str | None:
    if rows[-1].failed:
        return f"{rows[-1].failed} of {rows[-1].asked} requests got a wrong answer"
    limits = (("memory", growth(rows), GROWTH), ("files", more(rows, "files"), MORE_FILES))
    for name, found, limit in (*limits, ("threads", more(rows, "threads"), MORE_THREADS)):
        if found > limit:
            return f"the server's {name} grew by {found:.3g}; {limit:.3g} is allowed"
    return None


def _show(rows: Sequence[SoakRow]) -> list[str]:
    last = rows[-1]
    cells = [
        ("requests", f"{last.asked}, of which {last.failed} failed"),
        ("memory, trend", f"{growth(rows):+.1%}"),
        ("open files, last third against first", f"{more(rows, 'files'):+.0f}"),
        ("threads, last third against first", f"{more(rows, 'threads'):+.0f}"),
    ]
    return table(("what", "result"), cells)


def _seconds(options: Options) -> float:
    return QUICK_SECONDS if options.quick else SECONDS


BENCHMARK = Benchmark(
    "soak", "An hour of traffic in ten minutes", ABOUT, SoakRow, (), _seconds, _measure, _show, _fault
)
