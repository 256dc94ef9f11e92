"""All benchmarks, in the order in which they run and are shown."""

from collections.abc import Mapping
from typing import Any

from bench import advice, detection, false_winners, load, noise, soak, web
from bench.agreement import benchmark as agreement
from bench.benchmark import Benchmark

BENCHMARKS: Mapping[str, Benchmark[Any]] = {
    one.name: one
    for one in (
        agreement.BENCHMARK,
        false_winners.BENCHMARK,
        detection.BENCHMARK,
        noise.BENCHMARK,
        web.BENCHMARK,
        advice.BENCHMARK,
        load.BENCHMARK,
        soak.BENCHMARK,
    )
}
