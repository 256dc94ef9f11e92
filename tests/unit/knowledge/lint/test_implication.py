"""One condition implies another when trying all answers finds none that meets the one and fails the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.knowledge.conditions import Condition, Term
from app.knowledge.lint.implication import alternative_implies, condition_implies, is_covered, term_implies
from tests.support.rules.rule_files import PROPERTY
from tests.support.rules.small_questions import (
    EVERY_ANSWER,
    QUESTIONS,
    RULES,
    RawCondition,
    allowed_answers,
    naive_holds,
    naive_term,
    raw_conditions,
    raw_terms,
)


@PROPERTY
@given(st.sampled_from(sorted(QUESTIONS)), st.data())
def test_a_term_implies_another_when_every_answer_that_meets_it_does(id: str, data: st.DataObject) -> None:
    one, other = (data.draw(raw_terms(QUESTIONS[id].option_ids)) for _ in range(2))
    expected = all(naive_term(other, a) for a in allowed_answers(QUESTIONS[id]) if naive_term(one, a))
    assert term_implies(QUESTIONS[id], Term.model_validate(one), Term.model_validate(other)) is expected


@PROPERTY
@given(raw_conditions(), raw_conditions())
def test_a_condition_implies_another_when_all_answers_that_meet_it_do(one: RawCondition, other: RawCondition) -> None:
    expected = all(naive_holds(other, answers) for answers in EVERY_ANSWER if naive_holds(one, answers))
    found = condition_implies(RULES, Condition.model_validate(one), Condition.model_validate(other))
    assert found is expected


@PROPERTY
@given(raw_conditions(), raw_conditions(), raw_conditions())
def test_what_is_covered_lies_in_no_single_alternative_perhaps(
    one: RawCondition, other: RawCondition, third: RawCondition
) -> None:
    """Narrow alternatives against many, so that several of them often cover one together."""
    by = [*Condition.model_validate(other).alternatives, *Condition.model_validate(third).alternatives]
    alternatives = Condition.model_validate(one).alternatives
    for index, alternative in enumerate(alternatives):
        met = [a for a in EVERY_ANSWER if naive_holds(one if isinstance(one, str) else [one[index]], a)]
        expected = all(naive_holds(other, a) or naive_holds(third, a) for a in met)
        assert is_covered(RULES, alternative, by) is expected


@pytest.mark.parametrize(
    ("one", "other", "implies"),
    [
        ({"single": ["a"]}, {"single": ["a", "b"]}, True),
        ({"single": ["a", "b"]}, {"single": ["a"]}, False),
        ({"single": ["a"]}, {"single": {"none": ["b"]}}, True),
        ({"several": ["a"]}, {"several": {"none": ["b"]}}, False),
        ({"single": {"none": ["a", "b", "c"]}}, {"single": ["d"]}, True),
        ({"several": {"none": ["a", "b", "c"]}}, {"several": {"all": ["d"]}}, True),
        ({"several": {"all": ["a", "b"]}}, {"several": ["a"]}, True),
        ({"several": {"any": ["a", "b"], "all": ["c"]}}, {"several": ["c", "d"]}, True),
        ({"single": ["a"], "several": ["b"]}, {"single": ["a"]}, True),
        ({"single": ["a"]}, {"single": ["a"], "several": ["a", "b", "c", "d"]}, False),
    ],
)
def test_what_implies_what(one: dict[str, object], other: dict[str, object], implies: bool) -> None:
    alternatives = [Condition.model_validate([raw]).alternatives[0] for raw in (one, other)]
    assert alternative_implies(RULES, *alternatives) is implies


def test_several_alternatives_cover_one_together() -> None:
    parts = Condition.model_validate([{"pair": ["a"]}, {"pair": {"all": ["b"]}}]).alternatives
    whole = Condition.model_validate([{"pair": ["a", "b"]}]).alternatives[0]
    assert is_covered(RULES, whole, parts)
    assert not any(is_covered(RULES, whole, [part]) for part in parts)


def test_an_open_question_meets_no_term() -> None:
    anything = Condition.model_validate([{"pair": ["a", "b"]}])
    assert not condition_implies(RULES, Condition.model_validate("always"), anything)
    assert condition_implies(RULES, anything, Condition.model_validate("always"))
