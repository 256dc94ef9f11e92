"""Raw answers in, validated answers or every problem out."""

import pytest
from hypothesis import given

from app.advice.model.answers import Answers, accepted_answers, parse_answers
from app.errors import FieldProblem, InvalidFields
from tests.support.advice.answer_sets import PROPERTY, RawAnswers, answer_sets, shipped_rules

VALID: RawAnswers = {
    "language": ["python"],
    "deployment": ["mobile"],
    "data_type": ["images"],
    "goal": ["production"],
}


def parsed(raw: RawAnswers) -> Answers:
    return parse_answers(shipped_rules(), raw)


def problems(raw: RawAnswers, prefix: str = "") -> dict[str, FieldProblem]:
    """Field → its problem. A field with two problems would show as a missing one."""
    with pytest.raises(InvalidFields) as refused:
        parse_answers(shipped_rules(), raw, prefix)
    fields = {problem.field: problem for problem in refused.value.problems}
    assert len(fields) == len(refused.value.problems)
    return fields


def test_valid_answers_are_taken_as_they_are() -> None:
    assert dict(parsed(VALID).chosen) == {question: tuple(options) for question, options in VALID.items()}


def test_an_unknown_question_is_refused_by_name() -> None:
    found = problems(VALID | {"colour": ["blue"]})
    assert list(found) == ["colour"]
    assert found["colour"].allowed == tuple(shipped_rules().questions)


def test_an_unknown_question_is_refused_even_when_it_is_left_empty() -> None:
    assert list(problems(VALID | {"colour": [""]})) == ["colour"]


def test_an_unknown_option_is_refused_and_the_known_ones_are_named() -> None:
    found = problems(VALID | {"language": ["cobol"]})
    assert list(found) == ["language"]
    assert "cobol" in found["language"].message
    assert found["language"].allowed == shipped_rules().questions["language"].option_ids


def test_an_unknown_option_beside_a_known_one_is_refused() -> None:
    assert list(problems(VALID | {"deployment": ["mobile", "moon"]})) == ["deployment"]


def test_an_option_in_capitals_is_unknown() -> None:
    assert list(problems(VALID | {"language": ["Python"]})) == ["language"]


@pytest.mark.parametrize("question", ["language", "deployment", "data_type", "goal"])
def test_a_required_question_must_be_answered(question: str) -> None:
    without = {key: options for key, options in VALID.items() if key != question}
    assert list(problems(without)) == [question]
    assert list(problems(VALID | {question: []})) == [question]
    assert list(problems(VALID | {question: [""]})) == [question]


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = problems({"language": ["cobol"], "deployment": ["mobile"], "goal": ["research", "learning"], "x": ["y"]})
    assert set(found) == {"language", "data_type", "goal", "x"}


@pytest.mark.parametrize("question", ["language", "goal", "experience", "control", "model", "scale", "codebase"])
def test_a_question_with_one_answer_takes_no_second_one(question: str) -> None:
    first_two = list(shipped_rules().questions[question].option_ids[:2])
    assert list(problems(VALID | {question: first_two})) == [question]


def test_the_same_option_twice_is_one_answer() -> None:
    twice = parsed(VALID | {"language": ["python", "python"], "data_type": ["text", "images", "text"]})
    assert twice.chosen["language"] == ("python",)
    assert twice.chosen["data_type"] == ("images", "text")


def test_an_empty_string_says_not_sure() -> None:
    unsure = parsed(VALID | {"experience": [""], "needs": ["", ""], "data_type": ["", "images"]})
    assert unsure == parsed(VALID)


def test_the_prefix_stands_before_every_field_that_is_named() -> None:
    assert set(problems({"x": ["y"], "goal": ["research"]}, "answers.")) == {
        "answers.x",
        "answers.language",
        "answers.deployment",
        "answers.data_type",
    }


def test_long_words_of_a_caller_are_said_back_shortened() -> None:
    found = problems(VALID | {"q" * 500: ["x"], "goal": ["g" * 500]})
    assert all(len(problem.field) < 100 and len(problem.message) < 200 for problem in found.values())


def test_what_is_wrong_is_left_out_of_a_prefilled_form() -> None:
    kept = accepted_answers(
        shipped_rules(),
        {"language": ["java", "cpp"], "deployment": ["moon", "mobile"], "goal": ["nothing"], "x": ["y"]},
    )
    assert dict(kept.chosen) == {"deployment": ("mobile",)}


@PROPERTY
@given(raw=answer_sets())
def test_plain_answers_are_lists_exactly_where_several_may_be_chosen(raw: RawAnswers) -> None:
    plain = parsed(raw).plain(shipped_rules())
    assert set(plain) == set(raw)
    for question, answer in plain.items():
        assert isinstance(answer, list) == (shipped_rules().questions[question].kind == "many")
        assert set(answer if isinstance(answer, list) else [answer]) == set(raw[question])
