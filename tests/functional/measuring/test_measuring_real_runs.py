"""A quick and a standard run of a real probe: consistent in themselves and with a second reckoning.

Nothing is said of how long anything takes or of who is faster, since that is the machine's.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from app.runs.measuring.execution import worker_digest
from app.runs.measuring.presets import LEVELS
from app.runs.models import Preset, Result, Run
from app.runs.worker.limits import usable_cores
from tests.support.measuring.measuring_bench import SEED, Told, job_of, performed, shipped
from tests.support.runs.agreement import as_json, disagreements
from tests.support.sizes import some

pytestmark = [pytest.mark.alone, pytest.mark.timeout(300)]
"""A standard run takes more than half a minute, also on a quiet machine; it is made when tests are long."""

PRESETS: Sequence[Preset] = some(("quick", "standard"), 1)


@dataclass(frozen=True)
class Performed:
    run: Run
    told: Told


@pytest.fixture(scope="module", params=PRESETS)
def done(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Performed:
    told: Told = []
    job = job_of(shipped("matmul_256"), preset=request.param)
    return Performed(performed(job, tmp_path_factory.mktemp(request.param), told), told)


def tables(run: Run) -> list[int | None]:
    return [1, None] if run.preset == "standard" and len(usable_cores()) > 1 else [1]


def test_the_run_is_done_with_both_arms_in_every_table(done: Performed) -> None:
    run = done.run
    assert (run.status, run.error) == ("done", None)
    assert [one.threads_asked for one in run.comparisons] == tables(run)
    assert run.comparison == run.comparisons[0]
    assert [(one.place, one.framework, one.threads_asked) for one in run.results] == [
        (place, framework, threads)
        for threads in tables(run)
        for place, framework in (("first", "pytorch"), ("second", "tensorflow"))
    ]


def test_a_second_reckoning_from_the_stored_blocks_comes_to_the_same(done: Performed) -> None:
    assert disagreements(as_json(done.run)) == []


def test_both_halves_computed_the_same(done: Performed) -> None:
    for comparison in done.run.comparisons:
        assert comparison.verdict != "not_comparable", comparison.reason
        assert comparison.equivalence.passed
        assert set(comparison.equivalence.against_reference) == {"pytorch", "tensorflow"}
        assert max(comparison.equivalence.against_reference.values()) <= 2e-6


def test_only_a_standard_run_may_name_a_winner(done: Performed) -> None:
    for comparison in done.run.comparisons:
        assert comparison.indicative == (done.run.preset == "quick")
        if comparison.indicative:
            assert comparison.verdict in ("inconclusive", "too_noisy")


def test_every_round_of_every_pair_was_timed_and_none_dropped(done: Performed) -> None:
    level = LEVELS[done.run.preset]
    for result in done.run.results:
        counted = [(block.pair, block.round) for block in result.blocks if block.counted]
        assert counted == [(pair, round) for pair in range(level.pairs) for round in range(level.rounds)]


def test_a_round_is_repeated_once_and_only_for_noise(done: Performed) -> None:
    for result in done.run.results:
        for before, block in zip(result.blocks, result.blocks[1:], strict=False):
            repeated = (before.pair, before.round) == (block.pair, block.round)
            assert repeated == (block.attempt == 2)
            assert not repeated or (before.attempt == 1 and before.noise and not before.counted and block.counted)
            assert repeated or before.attempt == 2 or not before.noise


def test_both_arms_of_a_round_share_its_noise_and_take_the_two_places(done: Performed) -> None:
    first, second = arms(done.run, 1)
    for one, other in zip(first.blocks, second.blocks, strict=True):
        assert (one.pair, one.round, one.attempt) == (other.pair, other.round, other.attempt)
        assert one.noise == other.noise
        assert {one.position, other.position} == {0, 1}


def arms(run: Run, threads: int | None) -> tuple[Result, Result]:
    first, second = (result for result in run.results if result.threads_asked == threads)
    return first, second


def test_order_of_the_arms_follows_from_the_recorded_seed(done: Performed) -> None:
    assert done.run.environment is not None
    seed = done.run.environment["protocol"]["seed"]
    assert seed == SEED
    for threads in tables(done.run):
        first, _ = arms(done.run, threads)
        streams = {pair: random.Random(f"{seed}/{pair}") for pair in range(LEVELS[done.run.preset].pairs)}
        for block in first.blocks:
            places = ["first", "second"]
            streams[block.pair].shuffle(places)
            assert block.position == places.index("first")


def test_a_block_lasts_as_long_as_the_level_asks_or_nearly(done: Performed) -> None:
    """The number of calls is fixed after the warm-up; a processor that changes its pace may shorten a block."""
    for result in done.run.results:
        assert all(block.calls >= 1 for block in result.blocks)
        assert all(block.wall_s > 0 for block in result.blocks)
        assert len({(block.pair, block.calls) for block in result.blocks}) == LEVELS[done.run.preset].pairs


def test_one_thread_is_one_core_and_what_is_asked_is_what_is_set(done: Performed) -> None:
    for result in done.run.results:
        assert result.threads == (result.threads_asked or len(usable_cores()))
        assert result.cores_used is not None
        assert 0 < result.cores_used < result.threads + 0.1


def test_operations_are_those_of_the_product(done: Performed) -> None:
    for result in done.run.results:
        assert result.gflops is not None
        assert result.median_s is not None
        assert result.gflops * result.median_s * 1e9 == pytest.approx(2 * 256**3)


def test_cold_costs_and_warm_up_stand_apart(done: Performed) -> None:
    for result in done.run.results:
        assert result.cold is not None
        assert result.warmup is not None
        assert min(result.cold.start_s, result.cold.import_s or 0, result.cold.first_call_s or 0) > 0
        assert result.warmup.calls >= 3
        assert result.warmup.seconds >= 0.1


def test_everything_that_explains_the_figures_is_with_them(done: Performed) -> None:
    environment = done.run.environment
    assert environment is not None
    assert environment["protocol"]["worker_sha256"] == worker_digest()
    for framework, package in (("pytorch", "torch"), ("tensorflow", "keras")):
        facts: Mapping[str, Any] = environment["frameworks"][framework]
        assert facts["version"]
        assert facts["blas"]
        assert facts["blas_gflops"] > 0
        assert package in facts["packages"]
        assert len(facts["wheel"]["record_sha256"]) == 64


def test_progress_was_told_to_its_end_and_each_comparison_as_it_came(done: Performed) -> None:
    progress = [data for kind, data in done.told if kind == "progress"]
    counts = [data["done"] for data in progress]
    assert counts == sorted(counts)
    assert progress[-1]["done"] == progress[-1]["total"]
    told = [data for kind, data in done.told if kind == "result"]
    assert told == [comparison.model_dump(mode="json") for comparison in done.run.comparisons]
