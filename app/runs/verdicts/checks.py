"""One expectation against what was observed: it holds, it does not, or nothing can be said."""

from collections.abc import Callable, Mapping
from typing import Any

from app.knowledge.expectations import ORDERED, PAIRED, Expectation, ExpectedError
from app.runs.models import Check
from app.runs.verdicts.observations import Nothing, Observations, Unavailable, is_error
from app.runs.verdicts.wording import say_expected, say_outcome, say_place, say_value


def check(expectation: Expectation, observations: Observations) -> Check:
    """Compare, and say what came of it. `holds` is None where nothing can be said."""
    observed = observations.at(expectation.see)
    held = _held(expectation, observed, observations)
    says = (
        _why_open(expectation, observed, observations) if held is None else say_outcome(expectation, observations, held)
    )
    return Check(
        see=say_place(expectation.see),
        expected=say_expected(expectation, observations),
        observed=say_value(observed),
        holds=held,
        control=expectation.control,
        says=says,
    )


def _held(expectation: Expectation, observed: Any, observations: Observations) -> bool | None:
    if isinstance(observed, Unavailable):
        return None
    test, wanted = expectation.test, expectation.wanted
    if test in ORDERED + PAIRED and isinstance(wanted, tuple):
        wanted = observations.at(wanted)
        if isinstance(wanted, Unavailable):
            return None
        if isinstance(wanted, Nothing) or is_error(wanted):
            return False
    if test in ("faster", "within_factor"):
        return _compared(test, observed, wanted)
    if test == "raises":
        return is_error(observed) and _is_expected(observed, wanted)
    if isinstance(observed, Nothing) or is_error(observed):
        return False
    return TESTS[test](observed, wanted)


def _why_open(expectation: Expectation, observed: Any, observations: Observations) -> str:
    if isinstance(observed, Unavailable):
        return observed.reason
    if isinstance(observed, Mapping) and "verdict" in observed:
        if observed.get("indicative"):
            return f"{say_value(observed)}; a quick run of one pair of processes names no winner"
        return f"{say_value(observed)}, which is {str(observed['verdict']).replace('_', ' ')}"
    return say_value(observations.at(expectation.wanted))


def _compared(test: str, observed: Any, wanted: Any) -> bool | None:
    """A comparison says yes or no only where its verdict is clear."""
    if not isinstance(observed, Mapping) or "verdict" not in observed:
        return False
    if observed["indicative"] or observed["verdict"] in ("too_noisy", "not_comparable"):
        return None
    if test == "within_factor":
        low, high = observed["ci95"]
        if 1 / wanted <= low and high <= wanted:
            return True
        return False if high < 1 / wanted or low > wanted else None
    if observed["verdict"] == "inconclusive":
        return None
    return bool(observed["verdict"] == ("no_difference" if wanted == "neither" else f"{wanted}_faster"))


def _is_expected(error: Mapping[str, Any], wanted: ExpectedError) -> bool:
    return error["type"] in wanted.type and wanted.saying.lower() in str(error["message"]).lower()


def _equal(observed: Any, wanted: Any) -> bool:
    """Equality as JSON has it: a list is a list, and true is not 1."""
    if isinstance(observed, bool) or isinstance(wanted, bool):
        return observed is wanted
    return bool(observed == (list(wanted) if isinstance(wanted, tuple) else wanted))


def _all_in(observed: Any, wanted: Any) -> bool:
    parts = wanted if isinstance(wanted, (list, tuple)) else [wanted]
    return isinstance(observed, (str, list, Mapping)) and all(part in observed for part in parts)


def _none_in(observed: Any, wanted: Any) -> bool:
    parts = wanted if isinstance(wanted, (list, tuple)) else [wanted]
    return isinstance(observed, (str, list, Mapping)) and not any(part in observed for part in parts)


def _ordered(is_so: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    def test(observed: Any, wanted: Any) -> bool:
        numbers = all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in (observed, wanted))
        return numbers and is_so(observed, wanted)

    return test


TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is_": _equal,
    "one_of": lambda observed, wanted: any(_equal(observed, one) for one in wanted),
    "at_least": _ordered(lambda a, b: a >= b),
    "at_most": _ordered(lambda a, b: a <= b),
    "more_than": _ordered(lambda a, b: a > b),
    "less_than": _ordered(lambda a, b: a < b),
    "same_as": _equal,
    "differs_from": lambda observed, wanted: not _equal(observed, wanted),
    "contains": _all_in,
    "lacks": _none_in,
    "works": lambda *_: True,
}
