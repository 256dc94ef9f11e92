"""Values, expectations and verdicts in words. Every sentence is filled from what was observed."""

import json
import re
from collections.abc import Mapping
from typing import Any

from app.knowledge.expectations import PLACEHOLDER, Expectation, Place
from app.knowledge.models import FRAMEWORKS, NAMES
from app.runs.models import Comparison
from app.runs.run_wording import gist, interval
from app.runs.verdicts.observations import Nothing, Observations, Unavailable, is_error

LONGEST = 160
"""Characters of a value in a sentence; the page shows the whole observation beside it."""

TEST_WORDS = {
    "is_": "is {}",
    "one_of": "is one of {}",
    "at_least": "is at least {}",
    "at_most": "is at most {}",
    "more_than": "is more than {}",
    "less_than": "is less than {}",
    "same_as": "is the same as {}",
    "differs_from": "differs from {}",
    "contains": "contains {}",
    "lacks": "does not contain {}",
}


def say_place(place: Place) -> str:
    """A place as its keys, one inside the other."""
    return " › ".join(NAMES.get(key, key) for key in place)


def say_value(value: Any) -> str:
    """A value as a reader sees it, not endless."""
    if isinstance(value, Nothing):
        return "nothing"
    if isinstance(value, Unavailable):
        return value.reason
    if value is None:
        return "none"
    if isinstance(value, (bool, int, float)):
        return _say_number(value)
    return _short(_say_text(value))


def _say_number(value: float) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    return f"{value:.3g}" if value and abs(value) < 1e-3 else f"{value:,.6g}"


def _say_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if is_error(value):
        return f"{value['type']}: {gist(value['message'])}"
    if isinstance(value, Mapping) and "ratio" in value and "verdict" in value:
        return say_comparison(value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(value) or "none"
    return json.dumps(value, ensure_ascii=False)


def say_comparison(plain: Mapping[str, Any]) -> str:
    """The ratio of a comparison with its interval."""
    comparison = Comparison.model_validate(plain)
    if comparison.ratio is None:
        return f"no ratio: {comparison.reason}"
    band = f" (95% interval {interval(comparison)})" if comparison.ci95 else ""
    return f"TensorFlow's time is {comparison.ratio:.2f} of PyTorch's{band}"


def _short(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def say_expected(expectation: Expectation, observations: Observations) -> str:
    """What an expectation asks for."""
    wanted, test = expectation.wanted, expectation.test
    if test == "raises":
        return f"raises {' or '.join(wanted.type)} saying “{wanted.saying}”"
    if test == "works":
        return "raises no error"
    if test == "faster":
        return "no difference in time" if wanted == "neither" else f"{NAMES[wanted]} is faster"
    if test == "within_factor":
        return f"neither takes {wanted:g} times as long as the other"
    if isinstance(wanted, tuple) and test not in ("one_of", "contains", "lacks"):
        return TEST_WORDS[test].format(f"{say_place(wanted)} ({say_value(observations.at(wanted))})")
    return TEST_WORDS[test].format(say_value(list(wanted) if isinstance(wanted, tuple) else wanted))


def _release(version: str) -> str:
    """A version without the name of its build, which stands beside the verdict."""
    return version.partition("+")[0]


def say_outcome(expectation: Expectation, observations: Observations, held: bool) -> str:
    """What came of an expectation. An error where a value was wanted speaks for itself."""
    observed = observations.at(expectation.see)
    counts_on_errors = expectation.test in ("raises", "works")
    if not held and not counts_on_errors and (is_error(observed) or isinstance(observed, Nothing)):
        return f"{say_place(expectation.see)} gave {say_value(observed)}"

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        if name == "observed":
            return say_value(observed)
        if name == "expected":
            return say_expected(expectation, observations)
        if name in FRAMEWORKS:
            return f"{NAMES[name]} {_release(observations.versions.get(name, ''))}".strip()
        return say_value(observations.at(tuple(name.split("."))))

    return PLACEHOLDER.sub(fill, expectation.holds if held else expectation.fails)
