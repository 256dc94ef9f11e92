"""The benchmarks' report follows from the stored results, and its intervals are the textbook's. Nothing is measured."""

from collections import Counter
from datetime import UTC, datetime
from math import comb, exp, log
from pathlib import Path
from random import Random
from statistics import geometric_mean

import pytest
from click.testing import CliRunner

from app.knowledge.models import FRAMEWORKS
from app.runs.measuring.statistics import mean_interval, percentile
from bench.__main__ import main
from bench.advice import AdviceRow
from bench.agreement.benchmark import TASKS as AGREEMENT_TASKS
from bench.agreement.benchmark import ToolRow, tools_for
from bench.conditions import Conditions
from bench.detection import SlowRow
from bench.false_winners import TASKS, ControlRow, suite_of
from bench.gpu import NOT_RUN, GpuRow
from bench.intervals import mean_ratio, percentile_ratio, rate_interval
from bench.load import ADVICE, STATES, TARGETS, LoadRow
from bench.noise import NoiseRow, effect
from bench.registry import BENCHMARKS
from bench.report import MISSING, REPORT, report
from bench.soak import SoakRow, growth
from bench.stored_results import RESULTS, Result, Row, read, store
from bench.web import REQUESTS, WebRow

CONDITIONS = Conditions(
    began=datetime(2026, 11, 21, 8, tzinfo=UTC),
    minutes=1.5,
    processor="A processor",
    architecture="x86_64",
    cores=2,
    virtual=False,
    kernel="6.1",
    system="A system",
    python="CPython 3.11.7",
    versions={"torch": "2.13.0"},
    load_before=0.1,
    pressure_before=0.0,
    load_after=1.0,
)


def agreement() -> list[Row]:
    medians = {"tiebreak": 1.02e-4, "torch.utils.benchmark": 1.00e-4, "pyperf": 1.01e-4}
    return [
        ToolRow(
            probe=probe,
            framework=framework,
            repetition=number,
            tool=tool,
            median_s=medians[tool] * (1 + number / 1000),
            samples=10,
            disturbed=None,
        )
        for probe in AGREEMENT_TASKS
        for framework in FRAMEWORKS
        for number in range(3)
        for tool in tools_for(framework)
    ]


def control(verdict: str, threads: int | None) -> ControlRow:
    return ControlRow(
        suite=0,
        framework="pytorch",
        probe="softmax",
        variant="",
        threads=threads,
        verdict=verdict,
        ratio=None if verdict == "not_comparable" else 1.01,
        ci95=None,
        rounds=30,
        noisy_rounds=0,
    )


def false_winners() -> list[Row]:
    verdicts = ("no_difference", "first_faster", "too_noisy", "not_comparable")
    return [control(verdict, threads) for verdict in verdicts for threads in (1, None)]


def slow(share: float, verdict: str) -> SlowRow:
    return SlowRow(
        probe="dispatch",
        framework="pytorch",
        share=share,
        injected=share,
        ratio=1 + share,
        ci95=(1.0, 1.1),
        verdict=verdict,
        pairs=5,
        rounds=50,
        noisy_rounds=0,
    )


def detection() -> list[Row]:
    return [slow(0.05, "first_faster"), slow(0.05, "inconclusive"), slow(0.01, "no_difference")]


def noise() -> list[Row]:
    verdicts = ("tensorflow_faster", "too_noisy", "pytorch_faster")
    return [
        NoiseRow(
            probe="softmax",
            preset="standard",
            neighbours=count,
            verdict=verdict,
            ratio=0.5,
            ci95=(0.4, 0.6),
            rounds=30,
            noisy_rounds=count,
        )
        for count, verdict in enumerate(verdicts)
    ]


def web() -> list[Row]:
    idle, running = tuple(k / 1000 for k in range(1, 101)), tuple(k / 500 for k in range(1, 201))
    rows = [(request, WebRow(request=request, state="idle", seconds=idle)) for request in REQUESTS]
    rows += [(request, WebRow(request=request, state="running", seconds=running)) for request in REQUESTS]
    return [row for _, row in rows]


def advice() -> list[Row]:
    medians = {"advice": 5e-3, "acceptability": 1e-4, "library": 0.8}
    medians |= {"route, not asked before": 8e-3, "route, from the cache": 2e-3, "bare route": 1e-3}
    times = [1 + k / 1000 for k in range(100)]
    return [AdviceRow(what=what, seconds=tuple(s * time for time in times)) for what, s in medians.items()]


def load(slower: float = 2.0, failed: int = 0) -> list[Row]:
    """Rounds in which a probe that runs doubles the median and makes the 99th percentile so many times as long."""
    return [
        LoadRow(
            target=target,
            round=round,
            state=state,
            requests=1000 if state == "idle" else 500,
            seconds=10.0,
            failed=failed,
            p50_s=0.01 if state == "idle" else 0.02,
            p99_s=0.02 * (1 + round / 1000) * (1 if state == "idle" else slower),
        )
        for target in TARGETS
        for round in range(3)
        for state in STATES
    ]


def soak(resident: float = 0.0, files: float = 0.0, threads: float = 0.0, failed: int = 0) -> list[Row]:
    """Samples of a server that fills its caches at first, and then adds so much of each over the whole time."""
    return [
        SoakRow(
            second=2.0 * k,
            resident_bytes=int(1e8 * (1 + resident * k / 300) * (0.8 if k < 60 else 1)) + k % 7 * 100_000,
            files=int(20 + k % 5 + files * k / 300),
            threads=int(10 + k % 3 + threads * k / 300),
            asked=60 * k,
            failed=failed,
        )
        for k in range(301)
    ]


MADE_UP = {
    "agreement": agreement(),
    "false_winners": false_winners(),
    "detection": detection(),
    "noise": noise(),
    "web": web(),
    "advice": advice(),
    "load": load(),
    "soak": soak(),
}


def made_up(benchmark: str, rows: list[Row]) -> Result:
    return Result(
        benchmark=benchmark, conditions=CONDITIONS, settings={}, rows=tuple(r.model_dump(mode="json") for r in rows)
    )


@pytest.fixture
def results(tmp_path: Path) -> Path:
    for part, rows in MADE_UP.items():
        store(tmp_path, made_up(part, rows))
    return tmp_path


def test_the_page_is_what_the_stored_results_give() -> None:
    assert REPORT.read_text("utf-8") == report(RESULTS)


def test_a_part_that_has_not_been_run_is_said_to_be_missing(tmp_path: Path) -> None:
    page = report(tmp_path)
    assert page.count(MISSING) == len(BENCHMARKS)
    assert NOT_RUN in page


def test_the_results_are_read_as_they_were_stored(results: Path) -> None:
    for part, rows in MADE_UP.items():
        assert read(results, part) == made_up(part, rows)


def test_the_report_of_all_parts_is_reproducible(results: Path) -> None:
    page = report(results)
    assert page == report(results)
    assert MISSING not in page
    assert page.count("A processor (x86_64), 2 cores, machine; A system, kernel 6.1") == len(BENCHMARKS)


@pytest.mark.parametrize(
    "line",
    [
        "| `mlp_train` | PyTorch | torch.utils.benchmark | 3 | 1.020 (1.020 to 1.020) | yes |",
        "| one thread | 4 | 1 | 33.3% (0.8% to 90.6%) | 1 | 0 | 1 | 1 | 1.00% | 1.010 – 1.010 |",
        "| **+5%** | all | 2 | 1 | 0 | 0 | 1 | 0 | 50.0% (1.3% to 98.7%) | 5.00% | 1.050 (1.050 to 1.050) |",
        "Of 2 disturbed verdicts, same as when quiet: 0, withheld: 1, different, not reversed: 0, reversed: 1.",
        f"| {ADVICE} | 3000 | 1500 | 0 | 0.500 (0.500 to 0.500) | 2.000 (2.000 to 2.000) | 2.000 (2.000 to 2.000) |",
        "| requests | 18000, of which 0 failed |",
    ],
)
def test_the_report_says_what_was_measured(results: Path, line: str) -> None:
    assert line in report(results).splitlines()


def test_a_percentile_ratio_of_doubled_times_is_two(results: Path) -> None:
    assert all(ratio in report(results) for ratio in ("| `GET /` | 100 | 200 | 4.000 (", "| `GET /probes` | 100 |"))


def test_what_ran_on_a_gpu_is_shown(tmp_path: Path) -> None:
    row = GpuRow(device="A GPU", probe="softmax", preset="standard", ratio=1.5, ci95=(1.4, 1.6), verdict="no verdict")
    store(tmp_path, made_up("gpu", [row]))
    page = report(tmp_path)
    assert NOT_RUN not in page
    assert "| A GPU | softmax | – | standard | 1.500 (1.400 to 1.600) | no verdict |" in page


@pytest.mark.parametrize("trials", [1, 7, 20, 300])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_beyond_the_interval_of_a_rate_the_hits_are_unlikely(trials: int, share: float) -> None:
    """The definition of Clopper and Pearson's interval: each end leaves 2.5% for as many hits, or for as few."""
    hits = round(share * trials)
    low, high = rate_interval(hits, trials)

    def probability(rate: float, counts: range) -> float:
        return sum(comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in counts)

    assert low == 0 if hits == 0 else probability(low, range(hits, trials + 1)) == pytest.approx(0.025)
    assert high == 1 if hits == trials else probability(high, range(hits + 1)) == pytest.approx(0.025)


@pytest.mark.parametrize("ratios", [(1.01, 1.02), (0.9, 1.0, 1.3, 1.1), tuple(1 + k / 100 for k in range(12))])
def test_the_interval_of_a_mean_ratio_is_that_of_the_measurements(ratios: tuple[float, ...]) -> None:
    """The service has t's quantiles in a table of its own."""
    logs = [log(value) for value in ratios]
    ratio, interval = mean_ratio(logs)
    assert ratio == pytest.approx(geometric_mean(ratios))
    assert interval == pytest.approx(tuple(exp(edge) for edge in mean_interval(logs)), rel=1e-4)


def test_a_single_ratio_has_no_interval() -> None:
    assert mean_ratio([0.0]) == (1.0, None)


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_the_interval_of_a_percentile_ratio_is_that_of_resampling_by_hand(share: float) -> None:
    before, after = [1 + k * k / 2500 for k in range(50)], [1.5 + k / 50 for k in range(60)]
    stream = Random(7)
    drawn = sorted(
        percentile(stream.choices(after, k=60), share) / percentile(stream.choices(before, k=50), share)
        for _ in range(1000)
    )
    ratio, interval = percentile_ratio(before, after, share)
    assert ratio == pytest.approx(percentile(after, share) / percentile(before, share))
    assert interval == pytest.approx((percentile(drawn, 0.025), percentile(drawn, 0.975)), rel=0.05)
    assert percentile_ratio(before, after, share) == (ratio, interval)


def test_ten_suites_give_each_framework_each_task_equally_often() -> None:
    counts = Counter((framework, task) for k in range(10) for framework, tasks in [suite_of(k)] for task in tasks)
    assert counts == {(framework, task): 2 for framework in FRAMEWORKS for task in TASKS}


@pytest.mark.parametrize(
    ("quiet", "disturbed", "expected"),
    [
        ("pytorch_faster", "pytorch_faster", "same as when quiet"),
        ("pytorch_faster", "too_noisy", "withheld"),
        ("pytorch_faster", "no_difference", "different, not reversed"),
        ("no_difference", "pytorch_faster", "different, not reversed"),
        ("tensorflow_faster", "pytorch_faster", "reversed"),
    ],
)
def test_the_effect_of_neighbours_has_a_name(quiet: str, disturbed: str, expected: str) -> None:
    assert effect(quiet, disturbed) == expected


@pytest.mark.parametrize(
    ("part", "rows", "fault"),
    [
        ("load", load(2.9), None),
        ("load", load(3.1), "p99"),
        ("load", load(1.0, failed=1), "requests failed"),
        ("soak", soak(), None),
        ("soak", soak(resident=0.02), None),
        ("soak", soak(resident=0.2), "memory"),
        ("soak", soak(files=30), "files"),
        ("soak", soak(threads=20), "threads"),
        ("soak", soak(failed=1), "got a wrong answer"),
    ],
)
def test_what_passes_a_limit_is_a_fault(part: str, rows: list[Row], fault: str | None) -> None:
    found = BENCHMARKS[part].fault(rows)
    assert found is None if fault is None else found is not None and fault in found


def test_the_trend_of_memory_is_what_grows_after_the_caches_are_full() -> None:
    rows = [row for row in soak(resident=0.3) if isinstance(row, SoakRow)]
    assert growth(rows) == pytest.approx(0.3 * 0.7 / (1 + 0.3 * 0.65), rel=0.02)


def test_an_unknown_part_is_refused() -> None:
    done = CliRunner().invoke(main, ["speed"])
    assert done.exit_code == 2
    assert "'speed' is not one of 'agreement'" in done.stderr
