"""Holding a run against its second reckoning."""

import json
from typing import Any

import pytest

from app.runs.models import Run
from tests.support.runs.recompute import Json, exponents_of, figures_of, verdict_of

T_DIGITS = 1e-4
"""The service's quantiles of t have four decimals."""


def as_json(run: Run) -> Json:
    """The run as the API gives it."""
    plain: Json = json.loads(run.model_dump_json())
    return plain


def near(found: Any, expected: Any, rel: float = 1e-9) -> bool:
    if found is None or expected is None:
        return found is expected
    return bool(found == pytest.approx(expected, rel=rel, abs=1e-12))


def near_interval(found: Any, expected: Any) -> bool:
    """Intervals that differ by no more than the digits of t allow."""
    if found is None or expected is None:
        return found is expected
    width = expected[1] - expected[0]
    return bool(list(found) == pytest.approx(list(expected), rel=1e-9, abs=T_DIGITS * width + 1e-12))


def disagreements(run: Json) -> list[str]:
    """Where a run's own figures are not those that its blocks give; empty when all is well."""
    found = [f"result {place}: {what}" for place, one in enumerate(run["results"]) for what in result_differs(one)]
    for place, comparison in enumerate(run["comparisons"]):
        found += [f"comparison {place}: {what}" for what in comparison_differs(run, comparison)]
    if run["comparison"] != (run["comparisons"] or [None])[0]:
        found.append("the headline is not the first comparison")
    return found + scaling_differs(run)


def result_differs(result: Json) -> list[str]:
    figures = figures_of(result)
    checks = {
        "samples": near(result["samples_s"], figures.samples),
        "median": near(result["median_s"], figures.median),
        "interval": near_interval(result["ci95_s"], figures.interval),
        "quartiles": near(result["iqr_s"], figures.quartiles_apart),
        "cores": near(result["cores_used"], figures.cores),
    }
    return [name for name, right in checks.items() if not right]


def comparison_differs(run: Json, comparison: Json) -> list[str]:
    again = verdict_of(run, comparison)
    interval = comparison["ci95"]
    width = 0.0 if interval is None else interval[1] / interval[0] - 1
    checks = {
        "verdict": comparison["verdict"] == again.verdict or again.from_edge <= T_DIGITS * width + 1e-12,
        "ratio": near(comparison["ratio"], again.ratio),
        "interval": near_interval(interval, again.interval),
        "pairs": near(comparison["pair_log_ratios"], list(again.pairs)),
        "rounds": (comparison["rounds"], comparison["noisy_rounds"]) == (again.rounds, again.noisy_rounds),
        "indicative": comparison["indicative"] == again.indicative,
        "reason": bool(comparison["reason"]) == (comparison["verdict"] not in CLEAR),
    }
    return [name for name, right in checks.items() if not right]


CLEAR = ("pytorch_faster", "tensorflow_faster", "first_faster", "second_faster", "no_difference")
"""The verdicts that need no reason."""


def scaling_differs(run: Json) -> list[str]:
    found = run["scaling"]["exponents"] if run["scaling"] else {}
    again = exponents_of(run)
    if run["control"]:  # one entry for both arms
        return []
    places = dict(zip(("first", "second"), ("pytorch", "tensorflow"), strict=True))
    expected = {places[place]: exponent for place, exponent in again.items()}
    return [] if near({name: one["exponent"] for name, one in found.items()}, expected, 1e-6) else ["scaling"]
