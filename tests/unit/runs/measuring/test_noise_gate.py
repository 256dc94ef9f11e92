"""The noise gate: what a round must show to be repeated."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.runs.measuring.noise import CANARY_DRIFT, Canaries, Snapshot, block_noise, joined, machine_noise
from tests.support.sizes import size

PROPERTY = settings(max_examples=size(100, 200), deadline=None, derandomize=True, database=None)

START = Snapshot(clock=100.0, busy=5000.0, pressure=7_000_000, own=30.0)


def later(seconds: float, busy: float = 0.0, own: float = 0.0, waited_us: int = 0) -> Snapshot:
    """The machine that much later; `busy` and `own` in processor seconds."""
    assert START.busy is not None
    assert START.pressure is not None
    return Snapshot(START.clock + seconds, START.busy + busy, START.pressure + waited_us, START.own + own)


def test_a_quiet_round_shows_nothing() -> None:
    assert machine_noise(START, later(1.0, busy=0.9, own=0.9), threads_asked=1) == []


def test_foreign_work_is_all_that_the_workers_did_not_do() -> None:
    found = machine_noise(START, later(10.0, busy=9.0, own=4.0), threads_asked=1)
    assert found == ["other processes used 0.50 cores"]


@pytest.mark.parametrize(("foreign", "noisy"), [(1.0, False), (1.04, False), (1.06, True), (20.0, True), (-3.0, False)])
def test_foreign_work_counts_from_a_tenth_of_a_core_on(foreign: float, noisy: bool) -> None:
    """Over ten seconds that is one second, and the slack for clocks that tick in hundredths of a second."""
    assert bool(machine_noise(START, later(10.0, busy=foreign + 2.0, own=2.0), threads_asked=1)) is noisy
    assert bool(machine_noise(START, later(10.0, busy=foreign + 2.0, own=2.0), threads_asked=None)) is noisy


@pytest.mark.parametrize("ticks", range(5))
def test_a_few_ticks_of_the_clock_disturb_no_short_round(ticks: int) -> None:
    assert machine_noise(START, later(0.03, busy=0.03 + 0.01 * ticks, own=0.03), threads_asked=1) == []


@pytest.mark.parametrize(("share", "noisy"), [(0.0, False), (0.04, False), (0.06, True), (1.0, True)])
def test_waiting_for_a_processor_counts_from_five_percent_on(share: float, noisy: bool) -> None:
    found = machine_noise(START, later(2.0, waited_us=int(share * 2e6)), threads_asked=1)
    assert bool(found) is noisy
    assert not noisy or found == [f"other processes waited for a processor {share:.0%} of the time"]


def test_several_threads_wait_for_each_other_and_that_is_no_noise() -> None:
    assert machine_noise(START, later(1.0, waited_us=900_000), threads_asked=None) == []


@pytest.mark.parametrize("threads", [1, None])
def test_a_system_that_does_not_tell_shows_no_noise(threads: int | None) -> None:
    silent = Snapshot(100.0, None, None, 0.0)
    assert machine_noise(silent, Snapshot(101.0, None, None, 0.0), threads) == []
    assert machine_noise(silent, later(1.0, busy=9.0), threads) == []


def test_a_snapshot_of_this_machine_moves_forward() -> None:
    first, second = Snapshot.take(1.0), Snapshot.take(2.0)
    assert second.clock >= first.clock
    assert (first.own, second.own) == (1.0, 2.0)
    assert None in (first.busy, second.busy) or second.busy >= first.busy  # type: ignore[operator]


@pytest.mark.parametrize(("wall", "noisy"), [(1.0, False), (1.03, False), (1.04, True), (2.0, True), (0.5, False)])
def test_on_one_core_the_wall_clock_runs_with_the_processor(wall: float, noisy: bool) -> None:
    block = {"wall": wall, "cpu": 1.0}
    assert bool(block_noise("second-tensorflow", block, on_one_core=True)) is noisy
    assert block_noise("second-tensorflow", block, on_one_core=False) == []


def test_a_block_without_processor_time_says_nothing() -> None:
    assert block_noise("first-pytorch", {"wall": 1e-6, "cpu": 0.0}, on_one_core=True) == []


def test_what_a_block_shows_names_the_arm_and_the_figure() -> None:
    assert block_noise("first-pytorch", {"wall": 1.5, "cpu": 1.0}, True) == [
        "first-pytorch: wall over processor time 1.50"
    ]


def test_a_canary_that_drifts_is_noticed_in_both_directions() -> None:
    canaries = Canaries()
    assert [canaries.drift("a", seconds) for seconds in (1.0, 1.0, 1.0)] == [[], [], []]
    assert canaries.drift("a", 1.04) == []
    assert canaries.drift("a", 1.10) == ["a: a fixed loop took +10%"]
    assert canaries.drift("a", 0.90) == ["a: a fixed loop took -10%"]


def test_canaries_of_the_two_arms_are_apart() -> None:
    canaries = Canaries()
    for _ in range(3):
        assert canaries.drift("a", 1.0) == []
        assert canaries.drift("b", 2.0) == []
    assert canaries.drift("b", 1.0) == ["b: a fixed loop took -50%"]
    assert canaries.drift("a", 1.0) == []


@PROPERTY
@given(st.lists(st.floats(1e-4, 1e-2), min_size=4, max_size=12))
def test_a_canary_is_held_against_the_median_of_all_before(seconds: list[float]) -> None:
    canaries = Canaries()
    for time in seconds[:-1]:
        canaries.drift("a", time)
    ordered, middle = sorted(seconds[:-1]), (len(seconds) - 1) // 2
    usual = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    drift = seconds[-1] / usual - 1
    if not math.isclose(abs(drift), CANARY_DRIFT, rel_tol=1e-9):
        assert bool(canaries.drift("a", seconds[-1])) == (abs(drift) > CANARY_DRIFT)


def test_all_that_was_found_is_kept_in_order() -> None:
    assert joined([], ["a", "b"], ("c",)) == ("a", "b", "c")
