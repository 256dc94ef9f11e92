"""Conditions hold when a naive reading says so, and are satisfiable when trying all answers finds some."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.knowledge.conditions import Condition, Term
from app.knowledge.lint.satisfiable import alternative_can_hold, can_hold, example_answers, witness
from tests.support.rules.rule_files import PROPERTY
from tests.support.rules.small_questions import (
    EVERY_ANSWER,
    QUESTIONS,
    RULES,
    RawCondition,
    allowed_answers,
    any_answers,
    naive_holds,
    naive_term,
    raw_conditions,
    raw_terms,
)


@PROPERTY
@given(raw_conditions(), any_answers())
def test_a_condition_holds_when_a_naive_reading_says_so(raw: RawCondition, answers: dict[str, frozenset[str]]) -> None:
    assert Condition.model_validate(raw).holds(answers) == naive_holds(raw, answers)


@PROPERTY
@given(raw_conditions())
def test_a_condition_can_hold_when_trying_all_answers_finds_some(raw: RawCondition) -> None:
    condition = Condition.model_validate(raw)
    assert can_hold(RULES, condition) == any(naive_holds(raw, answers) for answers in EVERY_ANSWER)


@PROPERTY
@given(raw_conditions())
def test_example_answers_are_allowed_and_meet_the_condition(raw: RawCondition) -> None:
    condition = Condition.model_validate(raw)
    example = example_answers(RULES, condition)
    assert (example is not None) == can_hold(RULES, condition)
    if example is not None:
        assert example in EVERY_ANSWER
        assert naive_holds(raw, example)


@PROPERTY
@given(st.sampled_from(sorted(QUESTIONS)), st.data())
def test_a_witness_is_a_smallest_answer_that_the_term_accepts(id: str, data: st.DataObject) -> None:
    raw = data.draw(raw_terms(QUESTIONS[id].option_ids))
    fitting = [answer for answer in allowed_answers(QUESTIONS[id]) if naive_term(raw, answer)]
    found = witness(QUESTIONS[id], Term.model_validate(raw))
    assert (found is None) == (not fitting)
    if found is not None:
        assert found in fitting
        assert len(found) == min(map(len, fitting))


@PROPERTY
@given(raw_conditions())
def test_terms_are_those_that_the_rule_names(raw: RawCondition) -> None:
    condition = Condition.model_validate(raw)
    named = [] if isinstance(raw, str) else [(id, term) for alternative in raw for id, term in alternative.items()]
    assert list(condition.terms()) == [(id, Term.model_validate(term)) for id, term in named]
    assert condition.always == (raw == "always")


@pytest.mark.parametrize(
    ("term", "chosen", "holds"),
    [
        (["a", "b"], {"b"}, True),
        (["a", "b"], {"c"}, False),
        (["a", "b"], {"b", "c"}, True),
        ({"all": ["a", "b"]}, {"a", "b", "c"}, True),
        ({"all": ["a", "b"]}, {"a"}, False),
        ({"none": ["a"]}, {"b"}, True),
        ({"none": ["a"]}, {"a", "b"}, False),
        ({"any": ["a", "b"], "none": ["c"]}, {"a"}, True),
        ({"any": ["a", "b"], "none": ["c"]}, {"a", "c"}, False),
        ({"any": ["a", "b"], "all": ["d"]}, {"a"}, False),
        ({"any": ["a", "b"], "all": ["d"]}, {"a", "d"}, True),
    ],
)
def test_a_term_reads_any_all_and_none(term: Any, chosen: set[str], holds: bool) -> None:
    assert Term.model_validate(term).holds(frozenset(chosen)) is holds


@pytest.mark.parametrize("term", [["a"], {"all": ["a"]}, {"none": ["a"]}])
def test_a_question_without_an_answer_never_matches(term: Any) -> None:
    assert not Condition.model_validate([{"several": term}]).holds({})


def test_always_holds_without_any_answer() -> None:
    assert Condition.model_validate("always").holds({})


def test_every_question_of_an_alternative_must_fit() -> None:
    condition = Condition.model_validate([{"single": ["a"], "several": ["b"]}])
    assert condition.holds({"single": frozenset("a"), "several": frozenset("bc")})
    assert not condition.holds({"single": frozenset("a")})
    assert not condition.holds({"single": frozenset("a"), "several": frozenset("c")})


def test_one_alternative_is_enough() -> None:
    condition = Condition.model_validate([{"single": ["a"]}, {"several": ["b"]}])
    assert condition.holds({"several": frozenset("b")})
    assert not condition.holds({"single": frozenset("b")})


def test_two_required_options_fit_a_question_for_many_only() -> None:
    alternative = {"all": ["a", "b"]}
    for id, fits in (("single", False), ("several", True)):
        condition = Condition.model_validate([{id: alternative}])
        assert can_hold(RULES, condition) is fits
        assert alternative_can_hold(RULES, condition.alternatives[0]) is fits


def test_excluding_every_option_never_holds() -> None:
    for id, asked in QUESTIONS.items():
        assert not can_hold(RULES, Condition.model_validate([{id: {"none": list(asked.option_ids)}}]))


@pytest.mark.parametrize("raw", ["never", "Always", "", [], [{}], [{"single": ["a"]}, {}], {"single": ["a"]}, None, 1])
def test_what_is_no_condition_is_refused(raw: Any) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(raw)
