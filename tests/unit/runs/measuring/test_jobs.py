"""A job's arms and their order, the levels, and the progress that it tells."""

import re
from collections.abc import Mapping
from typing import Any, get_args

import pytest

from app.runs.measuring import jobs as job_module
from app.runs.measuring.jobs import TOLD_EVERY_SECONDS, Arm, EventKind, Job, Progress
from app.runs.measuring.presets import LEVELS, PRESET_WORDS
from app.runs.models import Preset, RunRequest
from tests.support.runs.synthetic import Recipe, job_of


def orders(job: Job, pair: int, rounds: int = 40) -> list[str]:
    """Which arm goes first in each round of a pair."""
    stream, first = job.order(pair), list[str]()
    for _ in range(rounds):
        arms = list(job.arms)
        stream.shuffle(arms)
        first.append(arms[0].place)
    return first


def test_order_of_the_arms_comes_again_from_the_seed() -> None:
    job = job_of(Recipe(seed=7))
    assert orders(job, 0) == orders(job_of(Recipe(seed=7)), 0)


def test_order_of_the_arms_differs_between_pairs_and_between_seeds() -> None:
    job = job_of(Recipe(seed=7))
    assert len({tuple(orders(job, pair)) for pair in range(7)}) == 7
    assert len({tuple(orders(job_of(Recipe(seed=seed)), 0)) for seed in range(50)}) == 50


def test_either_arm_goes_first_about_as_often() -> None:
    firsts = [first for seed in range(100) for first in orders(job_of(Recipe(seed=seed)), 0)]
    assert firsts.count("first") / len(firsts) == pytest.approx(0.5, abs=0.03)


def test_arms_of_a_run_are_the_two_frameworks() -> None:
    assert job_of(Recipe()).arms == (Arm("first", "pytorch"), Arm("second", "tensorflow"))


def test_arms_of_a_control_run_are_the_same_framework_twice_with_names_of_their_own() -> None:
    arms = job_of(Recipe(control="tensorflow")).arms
    assert arms == (Arm("first", "tensorflow"), Arm("second", "tensorflow"))
    assert len({arm.name for arm in arms}) == 2


def test_a_job_takes_what_was_asked_for_and_slows_nothing_down() -> None:
    probe = job_of(Recipe()).probe
    request = RunRequest(probe=probe.id, preset="rigorous", mode="eager", control="pytorch")
    job = Job.of(probe, request, 42)
    assert (job.preset, job.mode, job.device, job.control, job.seed) == ("rigorous", "eager", "cpu", "pytorch", 42)
    assert job.slowdown == 0


def test_levels_are_those_of_the_protocol() -> None:
    """Figures of the protocol's second point: pairs, further pairs, rounds, seconds of a block, δ, names a winner."""
    found = {
        name: (level.pairs, level.more_pairs, level.rounds, level.block_seconds, level.delta, level.names_winners)
        for name, level in LEVELS.items()
    }
    assert found == {
        "quick": (1, 0, 8, 0.010, 0.05, False),
        "standard": (3, 0, 10, 0.015, 0.05, True),
        "rigorous": (5, 2, 10, 0.015, 0.02, True),
    }


def test_levels_are_all_there_and_described() -> None:
    assert set(LEVELS) == set(PRESET_WORDS) == set(get_args(Preset))
    for name, words in PRESET_WORDS.items():
        assert words.startswith(name.capitalize())
        found = re.search(r"(\d+)% and more", words)
        assert found is None or LEVELS[name].delta == pytest.approx(int(found[1]) / 100)


def test_more_care_is_never_fewer_processes_or_shorter_blocks() -> None:
    levels = [LEVELS[name] for name in ("quick", "standard", "rigorous")]
    for field in ("pairs", "rounds", "slow_rounds", "block_seconds", "cold_pairs", "slow_cold_pairs", "all_threads"):
        values = [getattr(level, field) for level in levels]
        assert values == sorted(values), field


class Clock:
    """Stands for the module `time`."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(job_module, "time", clock)
    return clock


Told = list[Mapping[str, Any]]


def telling(told: Told) -> Any:
    def tell(kind: EventKind, data: Mapping[str, Any]) -> None:
        assert kind == "progress"
        told.append(data)

    return tell


def test_progress_is_told_now_and_then_and_at_the_end(clock: Clock) -> None:
    told: Told = []
    progress = Progress(telling(told), 100, began=clock.now)
    for _ in range(100):
        clock.now += TOLD_EVERY_SECONDS / 10
        progress.step("works")
    assert 10 <= len(told) <= 12
    assert told[-1] == {"done": 100, "total": 100, "text": "works", "seconds_left": 0}
    assert [state["done"] for state in told] == sorted(state["done"] for state in told)


def test_progress_estimates_what_is_left_from_what_is_done(clock: Clock) -> None:
    told: Told = []
    progress = Progress(telling(told), 40, began=clock.now)
    progress.say("starts")
    assert (told[-1]["done"], told[-1]["seconds_left"]) == (0, None)
    clock.now += 30
    progress.done = 9
    progress.step("works")
    assert told[-1]["seconds_left"] == 90


def test_progress_says_what_goes_on_without_counting_it(clock: Clock) -> None:
    told: Told = []
    progress = Progress(telling(told), 3, began=clock.now)
    progress.say("starting pytorch")
    assert progress.done == 0
    assert told == [{"done": 0, "total": 3, "text": "starting pytorch", "seconds_left": None}]


def test_progress_never_exceeds_its_total(clock: Clock) -> None:
    """Further pairs of processes are not foreseen in the total."""
    told: Told = []
    progress = Progress(telling(told), 2, began=clock.now)
    for _ in range(5):
        clock.now += 1
        progress.step("works")
    assert [(state["done"], state["seconds_left"]) for state in told][-3:] == [(2, 0)] * 3
