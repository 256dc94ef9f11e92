"""The worker's warm-up and its audit, on a clock that the test moves."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from probes.kit.task import Step
from probes.worker import blocks


class Clock:
    """Stands for the module `time` in the worker."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now


class Backend:
    def synchronise(self) -> None:
        """Nothing runs apart from the calls."""


class Workload:
    """A step of which every call takes as long as `seconds_of` says of its inputs."""

    def __init__(self, clock: Clock, seconds_of: Callable[[str], float]) -> None:
        def call(kind: str) -> None:
            clock.now += seconds_of(kind)

        self.step = Step(call)

    @property
    def context(self) -> AbstractContextManager[None]:
        return nullcontext()

    def calls(self, count: int) -> list[tuple[str]]:
        return [("seen",)] * count

    def distinct(self, count: int) -> list[tuple[str]]:
        return [("unseen",)] * count


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(blocks, "time", clock)
    return clock


def audit(clock: Clock, seen: list[float], unseen: list[float]) -> str | None:
    """The audit of a step with these times, which come again and again."""
    times: dict[str, Iterator[float]] = {"seen": iter(seen * 20), "unseen": iter(unseen * 20)}
    return blocks.audit_memory(Workload(clock, lambda kind: next(times[kind])), Backend())  # type: ignore[arg-type]


def warm_up(clock: Clock, seconds_of: Callable[[str], float]) -> dict[str, Any]:
    return blocks.warm_up(Workload(clock, seconds_of), Backend(), 0.1, 2.0)  # type: ignore[arg-type]


def test_a_step_that_is_slow_on_all_that_is_new_remembers_results(clock: Clock) -> None:
    found = audit(clock, [0.0001], [0.001])
    assert found == "inputs never seen take 10 times as long: the step remembers results"


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.9])
def test_cold_caches_are_no_memory(clock: Clock, factor: float) -> None:
    assert audit(clock, [0.001], [factor * 0.001]) is None


def test_differences_that_no_clock_can_tell_are_no_memory(clock: Clock) -> None:
    assert audit(clock, [1e-6], [4e-5]) is None


@pytest.mark.parametrize("quiet", range(1, 4))
def test_a_disturbance_while_new_inputs_are_timed_is_no_memory(clock: Clock, quiet: int) -> None:
    """Whoever computes anew each time is as fast on new inputs as ever, as soon as nobody disturbs it."""
    disturbed = blocks.AUDIT_CALLS - quiet
    assert audit(clock, [0.001], [0.005] * disturbed + [0.001] * quiet) is None


def test_warm_up_of_a_steady_step_ends_as_soon_as_it_may(clock: Clock) -> None:
    found = warm_up(clock, lambda _: 0.001)
    assert found["steady"]
    assert found["per_call"] == pytest.approx(0.001)
    assert 0.1 <= found["seconds"] < 0.2
    assert found["calls"] >= 3


def test_warm_up_makes_three_calls_at_least_however_slow(clock: Clock) -> None:
    found = warm_up(clock, lambda _: 1.0)
    assert found["calls"] >= 3
    assert found["steady"]


def test_warm_up_waits_until_a_step_becomes_steady(clock: Clock) -> None:
    """Each call is faster than the one before, until a tenth of a millisecond."""
    count = iter(range(10_000_000))
    found = warm_up(clock, lambda _: max(0.0001, 0.05 * 0.9 ** next(count)))
    assert found["steady"]
    assert found["per_call"] == pytest.approx(0.0001, rel=0.06)


def test_warm_up_gives_up_at_its_limit_and_says_so(clock: Clock) -> None:
    """A step that slows down for ever, by 7% from window to window."""
    found = warm_up(clock, lambda _: 0.0001 * 4**clock.now)
    assert not found["steady"]
    assert 2.0 <= found["seconds"] < 4.0
