"""Control runs: the same framework in both places, and a slow-down of known size in the second."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.runs.measuring.jobs import Job
from app.runs.measuring.presets import LEVELS, Level
from app.runs.models import Run
from tests.support.measuring.measuring_bench import Bench, bench_in, edited, job_of, performed, shipped
from tests.support.runs.agreement import as_json, disagreements

pytestmark = pytest.mark.alone

SHORT = replace(LEVELS["standard"], pairs=2, rounds=6, all_threads=False)


class ShortJob(Job):
    """A standard run at one thread only, and a short one."""

    @property
    def level(self) -> Level:
        return SHORT


@pytest.fixture(scope="module")
def slowed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    job = job_of(shipped("matmul_256"), ShortJob, preset="standard", control="pytorch")
    return performed(replace(job, slowdown=0.5), tmp_path_factory.mktemp("slowed"))


def test_half_as_many_calls_again_are_visible_in_the_ratio(slowed: Run) -> None:
    comparison = slowed.comparison
    assert comparison is not None
    assert comparison.ratio is not None, comparison.reason
    assert comparison.ratio > 1.2
    assert comparison.verdict in ("first_faster", "inconclusive", "too_noisy")
    assert disagreements(as_json(slowed)) == []


def test_a_control_run_names_places_and_one_framework(slowed: Run) -> None:
    assert [(result.place, result.framework) for result in slowed.results] == [
        ("first", "pytorch"),
        ("second", "pytorch"),
    ]
    assert list((slowed.environment or {})["frameworks"]) == ["pytorch"]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench_in(tmp_path_factory.mktemp("control"), control="pytorch") as bench:
        yield bench


@pytest.mark.parametrize("place", ["first", "second"])
def test_either_place_of_a_control_run_is_held_to_the_reference(bench: Bench, tmp_path: Path, place: str) -> None:
    """Both arms are of one framework: the good error of one must not stand for the other's."""
    wrong = f'torch.matmul(a, b) * (1.001 if "{place}" in run.scratch.name else 1)'
    probe = edited(tmp_path, "matmul_256", {"torch.matmul(a, b)": wrong}, "pytorch")
    comparison = bench.measure(probe)
    assert comparison.equivalence.passed is False
    assert (comparison.verdict, comparison.ratio) == ("not_comparable", None)
    assert "a half is off the reference" in (comparison.reason or "")


def test_the_same_half_twice_computes_the_same(bench: Bench) -> None:
    comparison = bench.measure(shipped("matmul_256"))
    assert comparison.equivalence.passed
    assert comparison.equivalence.relative_error == 0
    assert comparison.ratio is not None
