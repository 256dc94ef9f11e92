"""Two independent ways from blocks to verdicts come to the same."""

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from tests.support.runs.agreement import as_json, disagreements
from tests.support.runs.synthetic import ALONE, DIFFERENT, FAILED, FAULT, Recipe, invent, recipes
from tests.support.sizes import size

PROPERTY = settings(max_examples=size(100, 400), deadline=None, derandomize=True, database=None)


@PROPERTY
@given(recipes())
def test_every_figure_and_verdict_follows_from_the_stored_blocks(recipe: Recipe) -> None:
    assert disagreements(as_json(invent(recipe))) == []


QUIET = Recipe(pair_spread=0.001, block_spread=0.001)


@pytest.mark.parametrize(
    ("recipe", "verdict"),
    [
        (QUIET, "no_difference"),
        (replace(QUIET, ratio=1.5), "pytorch_faster"),
        (replace(QUIET, ratio=0.5), "tensorflow_faster"),
        (replace(QUIET, ratio=1.05), "inconclusive"),
        (replace(QUIET, ratio=1.03), "no_difference"),
        (replace(QUIET, ratio=1.03, preset="rigorous"), "pytorch_faster"),
        (replace(QUIET, ratio=1.5, control="tensorflow"), "first_faster"),
        (replace(QUIET, ratio=0.5, control="pytorch"), "second_faster"),
        (replace(QUIET, ratio=1.5, preset="quick"), "inconclusive"),
        (replace(QUIET, ratio=1.5, noisy=1.0), "too_noisy"),
        (replace(QUIET, ratio=1.5, noisy=1.0, preset="quick"), "too_noisy"),
        (replace(QUIET, ratio=1.5, steady=False), "too_noisy"),
        (replace(QUIET, equivalence=DIFFERENT), "not_comparable"),
        (replace(QUIET, equivalence=ALONE), "not_comparable"),
        (replace(QUIET, fault=FAULT), "not_comparable"),
        (replace(QUIET, failure=FAILED), "not_comparable"),
        (replace(QUIET, failure=FAILED, noisy=1.0), "not_comparable"),
        (replace(QUIET, cold=True, ratio=2.0), "pytorch_faster"),
        (replace(QUIET, cold=True, noisy=1.0), "too_noisy"),
        (replace(QUIET, exponent=3.0), "no_difference"),
        (replace(QUIET, exponent=1.0), "not_comparable"),
        (replace(QUIET, exponent=3.0, skew=-1.0), "not_comparable"),
        (replace(QUIET, exponent=3.0, skew=-1.0, control="pytorch"), "not_comparable"),
        (replace(QUIET, exponent=3.0, skew=-1.0, control="tensorflow", ratio=1e3), "not_comparable"),
    ],
)
def test_verdict_of_a_known_case(recipe: Recipe, verdict: str) -> None:
    run = as_json(invent(recipe))
    assert run["comparison"]["verdict"] == verdict
    assert disagreements(run) == []


@pytest.mark.parametrize("recipe", [replace(QUIET, exponent=1.0), replace(QUIET, equivalence=DIFFERENT)])
def test_what_is_not_comparable_has_no_ratio(recipe: Recipe) -> None:
    for comparison in invent(recipe).comparisons:
        assert (comparison.verdict, comparison.ratio, comparison.ci95) == ("not_comparable", None, None)
        assert comparison.pair_log_ratios == ()


def test_first_arm_of_a_control_run_has_to_scale_too() -> None:
    """Both arms are of one framework: the second's good exponent must not stand for the first's."""
    lazy_first = Recipe(pair_spread=0.001, control="pytorch", exponent=2.0, skew=1.0)
    assert invent(lazy_first).comparison.verdict == "not_comparable"  # type: ignore[union-attr]


def test_a_quick_run_is_indicative_and_others_are_not() -> None:
    assert [invent(Recipe(preset=preset)).comparison.indicative for preset in ("quick", "standard", "rigorous")] == [  # type: ignore[union-attr]
        True,
        False,
        False,
    ]


FALSIFIED: dict[str, Any] = {
    "verdict": "pytorch_faster",
    "ratio": 1.01,
    "ci95": [1.0, 1.1],
    "rounds": 31,
    "noisy_rounds": 1,
    "indicative": True,
    "pair_log_ratios": [0.0],
    "reason": "because",
}


@pytest.mark.parametrize("field", FALSIFIED)
def test_a_falsified_comparison_is_noticed(field: str) -> None:
    run = as_json(invent(QUIET))
    run["comparisons"][0][field] = FALSIFIED[field]
    run["comparison"] = run["comparisons"][0]
    assert disagreements(run)


@pytest.mark.parametrize("field", ["median_s", "iqr_s", "cores_used"])
def test_a_falsified_result_is_noticed(field: str) -> None:
    run = as_json(invent(QUIET))
    run["results"][0][field] *= 1.001
    assert disagreements(run) != []


def test_a_dropped_or_bettered_block_is_noticed() -> None:
    run = as_json(invent(replace(QUIET, ratio=1.2)))
    without, bettered = copy.deepcopy(run), copy.deepcopy(run)
    without["results"][0]["blocks"].pop()
    without["results"][1]["blocks"].pop()
    bettered["results"][0]["blocks"][0]["wall_s"] /= 2
    assert disagreements(run) == []
    assert disagreements(without) != []
    assert disagreements(bettered) != []
