"""Expectations against observations: what holds, what does not, what cannot be said, and the sentences."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.knowledge.expectations import Expectation
from app.knowledge.models import Claim
from app.runs.models import ClaimRuling, ClaimVerdict, Comparison, ComparisonVerdict, Equivalence, Failure, Result
from app.runs.run_wording import gist
from app.runs.verdicts.checks import check
from app.runs.verdicts.evaluate import judge
from app.runs.verdicts.observations import Observations
from probes.kit.observing import Missing, error_record, raised, settled

ERROR = {"type": "TypeError", "message": "can't convert a string.\nSee the manual."}
LACKS_FEATURE = {"type": "ModuleNotFoundError", "message": "No module named 'torch.func'", "missing": "torch.func"}
LACKS_PACKAGE = {"type": "ModuleNotFoundError", "message": "No module named 'torchaudio'", "missing": "torchaudio.x"}
LACKS_TOOL = error_record(Missing("C++ compiler (g++)"))


def half(framework: Any, observation: Mapping[str, Any] | None, **more: Any) -> Result:
    place = "first" if framework == "pytorch" else "second"
    return Result(framework=framework, place=place, version="9.9+cpu", observation=observation, **more)


def seen(pytorch: Any = None, tensorflow: Any = None) -> Observations:
    return Observations.of([half("pytorch", {"x": pytorch, "y": 3}), half("tensorflow", {"x": tensorflow})])


def expectation(**test: Any) -> Expectation:
    told = {"see": "pytorch.x", "holds": "it is {observed}", "fails": "it is but {observed}"}
    return Expectation.model_validate(told | test)


HOLD: list[tuple[dict[str, Any], Any]] = [
    ({"is": 3}, 3),
    ({"is": True}, True),
    ({"is": None}, None),
    ({"is": [1, 2]}, [1, 2]),
    ({"is": {"a": [True]}}, {"a": [True]}),
    ({"one_of": ["a", "b"]}, "b"),
    ({"at_least": 3}, 3),
    ({"at_most": 3.0}, 3),
    ({"more_than": 2}, 2.5),
    ({"less_than": "pytorch.y"}, 2),
    ({"same_as": "pytorch.y"}, 3),
    ({"differs_from": "pytorch.y"}, "3"),
    ({"contains": "b"}, ["a", "b"]),
    ({"contains": ["a", "b"]}, "cab"),
    ({"contains": "k"}, {"k": 1}),
    ({"lacks": ["x", "y"]}, ["a"]),
    ({"raises": {"type": ["ValueError", "TypeError"], "saying": "CONVERT A"}}, ERROR),
    ({"works": True}, None),
]

FAIL: list[tuple[dict[str, Any], Any]] = [
    ({"is": 1}, True),
    ({"is": False}, 0),
    ({"is": None}, ERROR),
    ({"one_of": [1]}, True),
    ({"at_least": 3}, 2.9),
    ({"at_least": 0}, True),
    ({"at_least": 0}, "many"),
    ({"less_than": "pytorch.z"}, 2),
    ({"same_as": "pytorch.z"}, 3),
    ({"differs_from": "pytorch.z"}, 3),
    ({"contains": "b"}, 7),
    ({"lacks": "b"}, 7),
    ({"lacks": "b"}, ERROR),
    ({"lacks": ["a", "z"]}, ["a"]),
    ({"raises": {"type": "ValueError", "saying": "convert"}}, ERROR),
    ({"raises": {"type": "TypeError", "saying": "shape"}}, ERROR),
    ({"raises": {"type": "TypeError", "saying": "convert"}}, None),
    ({"works": True}, ERROR),
    ({"works": True}, LACKS_FEATURE),
    ({"faster": "pytorch"}, {"ratio": 2}),
]


@pytest.mark.parametrize(("test", "value"), HOLD)
def test_what_holds(test: dict[str, Any], value: Any) -> None:
    assert check(expectation(**test), seen(value)).holds is True


@pytest.mark.parametrize(("test", "value"), FAIL)
def test_what_does_not_hold(test: dict[str, Any], value: Any) -> None:
    assert check(expectation(**test), seen(value)).holds is False


EVERY_TEST = [test for test, _ in HOLD]


@pytest.mark.parametrize("test", EVERY_TEST)
def test_where_nothing_was_observed_nothing_holds(test: dict[str, Any]) -> None:
    assert check(expectation(**test, see="pytorch.z"), seen(1)).holds is False
    assert check(expectation(**test, see="pytorch.x.deeper.still"), seen([1])).holds is False


@pytest.mark.parametrize("test", EVERY_TEST)
def test_a_missing_package_says_neither_yes_nor_no(test: dict[str, Any]) -> None:
    found = check(expectation(**test), seen(LACKS_PACKAGE))
    assert found.holds is None
    assert "torchaudio" in found.says
    assert check(expectation(**test, see="pytorch.x.inside"), seen(LACKS_PACKAGE)).holds is None


@pytest.mark.parametrize("test", EVERY_TEST)
def test_a_missing_tool_says_neither_yes_nor_no(test: dict[str, Any]) -> None:
    found = check(expectation(**test), seen(LACKS_TOOL))
    assert (found.holds, found.says) == (None, "there is no C++ compiler (g++) here")
    assert check(expectation(**test, see="pytorch.x.inside"), seen(LACKS_TOOL)).holds is None


def test_a_missing_tool_is_not_taken_for_an_error_that_was_to_be_seen() -> None:
    def action() -> None:
        raise Missing("GPU")

    with pytest.raises(Missing, match="there is no GPU here"):
        raised(action)
    assert settled({"x": action}) == {"x": {"type": "Missing", "message": "there is no GPU here", "missing": "GPU"}}


@pytest.mark.parametrize("test", [test for test in EVERY_TEST if not {"raises", "works"} & set(test)])
def test_a_part_that_the_framework_lacks_holds_nothing_and_speaks_for_itself(test: dict[str, Any]) -> None:
    found = check(expectation(**test), seen(LACKS_FEATURE))
    assert found.holds is False
    assert found.says == "PyTorch › x gave ModuleNotFoundError: No module named 'torch.func'"


def test_what_should_have_worked_and_ended_with_an_error_is_told_as_the_rules_tell_it() -> None:
    wanted = expectation(works=True, fails="{pytorch} has no gradient of it: {observed}")
    found = check(wanted, seen(ERROR))
    assert found.holds is False
    assert found.says == "PyTorch 9.9 has no gradient of it: TypeError: can't convert a string."


@pytest.mark.parametrize("test", EVERY_TEST)
def test_a_half_that_failed_says_neither_yes_nor_no(test: dict[str, Any]) -> None:
    failure = Failure(reason="timed_out", message="no reply within 60 s")
    found = check(
        expectation(**test), Observations.of([half("pytorch", None, failure=failure), half("tensorflow", {"x": 1})])
    )
    assert (found.holds, found.says) == (None, "PyTorch's half gave nothing: it took too long (no reply within 60 s)")


def test_a_sentence_is_filled_with_what_was_observed() -> None:
    told = expectation(at_most=2, fails="{pytorch} needs {observed}, {expected}, and {tensorflow} {tensorflow.x.deep}")
    found = check(told, seen(12345.678, {"deep": [1, None]}))
    assert found.says == "PyTorch 9.9 needs 12,345.7, is at most 2, and TensorFlow 9.9 [1, null]"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (2.78e-17, "2.78e-17"),
        (0.0, "0"),
        (12345, "12,345"),
        (True, "yes"),
        (None, "none"),
        (["a", "b"], "a, b"),
        ([], "none"),
        ({"a": 1}, '{"a": 1}'),
        ("x" * 500, "x" * 159 + "…"),
        (ERROR, "TypeError: can't convert a string."),
    ],
)
def test_values_in_words(value: Any, said: str) -> None:
    assert check(expectation(contains="never there"), seen(value)).observed == said


# Several expectations together


def ruling(*holds: str) -> ClaimVerdict:
    """The verdict on a claim whose expectations come out so: `yes`, `no` or `open`, with `control` before it or not."""
    values = {"yes": 1, "no": 0, "open": LACKS_PACKAGE}
    observation = {f"k{index}": values[one.split()[-1]] for index, one in enumerate(holds)}
    expects = [
        {
            "see": f"pytorch.k{index}",
            "is": 1,
            "holds": f"{index} is {{observed}}",
            "fails": f"{index} is {{observed}}",
            "control": one.startswith("control"),
        }
        for index, one in enumerate(holds)
    ]
    return judge(claim(expects), Observations.of([half("pytorch", observation)]))


def claim(expects: list[dict[str, Any]]) -> Claim:
    return Claim.model_validate(
        {
            "id": "c",
            "statement": "S.",
            "criterion": "t",
            "favours": "neither",
            "strength": 1,
            "kind": "capability",
            "sources": [{"id": "s", "section": "1"}],
            "background": "A test's.",
            "probe": "p",
            "expects": expects,
        }
    )


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        (("yes",), "confirmed"),
        (("no",), "refuted"),
        (("open",), "not_testable"),
        (("yes", "no"), "partly"),
        (("yes", "open"), "not_testable"),
        (("no", "open"), "refuted"),
        (("yes", "no", "open"), "partly"),
        (("control yes", "no"), "refuted"),
        (("control no", "yes"), "not_testable"),
        (("control open", "no"), "not_testable"),
    ],
)
def test_what_expectations_come_to(holds: tuple[str, ...], expected: ClaimRuling) -> None:
    assert ruling(*holds).verdict == expected


def test_the_reason_says_both_sides_of_what_holds_in_part() -> None:
    assert ruling("control yes", "yes", "no", "yes").reason == "True: 1 is 1; 3 is 1. Not true: 2 is 0."


@pytest.mark.parametrize(
    ("sentence", "begun"),
    [
        ("one call gives {observed}", "One call gives 1."),
        ("fit() gives {observed}", "fit() gives 1."),
        ("tf.data gives {observed}", "tf.data gives 1."),
        ("{pytorch} gives {observed}", "PyTorch 9.9 gives 1."),
        ("{observed} of 1 is right", "1 of 1 is right."),
    ],
)
def test_a_reason_begins_with_a_capital_unless_code_stands_there(sentence: str, begun: str) -> None:
    told = claim([{"see": "pytorch.x", "is": 1, "holds": sentence, "fails": "{observed}"}])
    assert judge(told, seen(1)).reason == begun


@given(st.lists(st.sampled_from(["yes", "no", "open"]), min_size=1, max_size=5))
def test_the_order_of_expectations_changes_no_verdict(holds: list[str]) -> None:
    assert len({ruling(*order).verdict for order in (holds, holds[::-1], sorted(holds))}) == 1


@given(st.lists(st.sampled_from(["yes", "no", "open"]), min_size=1, max_size=5))
def test_nothing_is_confirmed_unless_everything_holds(holds: list[str]) -> None:
    assert (ruling(*holds).verdict == "confirmed") == (set(holds) == {"yes"})


# Timing


def comparison_of(
    verdict: ComparisonVerdict, low: float = 1.2, high: float = 1.4, *, indicative: bool = False
) -> Comparison:
    return Comparison(
        ratio=(low * high) ** 0.5,
        ci95=(low, high),
        verdict=verdict,
        reason=None,
        indicative=indicative,
        delta=0.05,
        pair_log_ratios=(),
        rounds=30,
        noisy_rounds=0,
        equivalence=Equivalence(checked=True, passed=True),
        threads_asked=1,
    )


def compared(*known: Any, **more: Any) -> Observations:
    halves = [half(name, None, median_s=s, threads_asked=1) for name, s in (("pytorch", 1.0), ("tensorflow", 1.3))]
    return Observations.of(halves, [comparison_of(*known, **more)])


@pytest.mark.parametrize(
    ("test", "found", "holds"),
    [
        ({"faster": "pytorch"}, compared("pytorch_faster"), True),
        ({"faster": "tensorflow"}, compared("pytorch_faster"), False),
        ({"faster": "neither"}, compared("no_difference", 0.98, 1.01), True),
        ({"faster": "pytorch"}, compared("no_difference", 0.98, 1.01), False),
        ({"faster": "pytorch"}, compared("inconclusive", 0.9, 1.4), None),
        ({"faster": "pytorch"}, compared("too_noisy"), None),
        ({"faster": "pytorch"}, compared("inconclusive", indicative=True), None),
        ({"within_factor": 2.0}, compared("pytorch_faster"), True),
        ({"within_factor": 1.1}, compared("pytorch_faster"), False),
        ({"within_factor": 1.3}, compared("pytorch_faster"), None),
        ({"within_factor": 2.0}, compared("too_noisy"), None),
    ],
)
def test_comparisons_say_yes_or_no_only_where_they_are_clear(
    test: Any, found: Observations, holds: bool | None
) -> None:
    assert check(expectation(**test, see="comparison"), found).holds is holds


def test_the_whole_machine_has_a_place_of_its_own() -> None:
    one, whole = comparison_of("tensorflow_faster", 0.6, 0.7), comparison_of("pytorch_faster")
    halves = [half("pytorch", None, threads_asked=1), half("tensorflow", None, threads_asked=1)]
    found = Observations.of(halves, [one, whole.model_copy(update={"threads_asked": None})])
    assert check(expectation(see="comparison", faster="tensorflow"), found).holds is True
    assert check(expectation(see="all_threads", faster="pytorch"), found).holds is True


def test_what_was_measured_with_one_thread_says_nothing_of_the_whole_machine() -> None:
    found = check(expectation(see="all_threads", faster="pytorch"), compared("pytorch_faster"))
    assert (found.holds, "one thread" in found.says) == (None, True)


def test_a_timed_figure_has_a_place() -> None:
    told = expectation(see="timing.pytorch.median_s", less_than="timing.tensorflow.median_s")
    assert check(told, compared("pytorch_faster")).holds is True


@pytest.mark.parametrize(
    ("message", "gist_of_it"),
    [
        ("no such key\nSee the manual.", "no such key"),
        ("in user code:\n    File x\n\nnot allowed", "not allowed"),
        (
            "{{function_node __wrapped__Add_device_/job:x/device:CPU:0}} out of bounds [Op:Add]",
            "out of bounds [Op:Add]",
        ),
        ("\n\n", "no message"),
    ],
)
def test_the_gist_of_an_error_is_the_line_that_says_most(message: str, gist_of_it: str) -> None:
    assert gist(message) == gist_of_it
