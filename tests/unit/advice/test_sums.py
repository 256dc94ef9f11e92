"""What must add up in every advice, and what may stand where."""

from collections import Counter
from collections.abc import Iterable
from math import fsum

from hypothesis import given

from app.advice.schema.advice import Advice
from app.advice.schema.reasons import CitedClaim
from app.knowledge.models import FRAMEWORKS, PRECEDENTS, PolicyId
from tests.support.advice.answer_sets import (
    PROPERTY,
    RawAnswers,
    advice_on,
    answer_sets,
    policies,
    shipped_rules,
    statements_of,
)

CLOSE = 1e-9


def score_of(advice: Advice, framework: str) -> float:
    return float(getattr(advice.scores, framework))


def margin(pytorch: float, tensorflow: float) -> float:
    return pytorch - tensorflow


def ids(parts: Iterable[CitedClaim]) -> list[str]:
    return [part.claim for part in parts]


def other(policy: PolicyId) -> PolicyId:
    return "today" if policy == "documents" else "documents"


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_scores_sum_to_one_and_stay_between_zero_and_one(raw: RawAnswers, policy: PolicyId) -> None:
    advice = advice_on(raw, policy)
    assert abs(advice.scores.pytorch + advice.scores.tensorflow - 1) <= CLOSE
    assert 0 < advice.scores.pytorch < 1


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_contributions_and_the_neutral_part_add_up_to_each_score(raw: RawAnswers, policy: PolicyId) -> None:
    advice = advice_on(raw, policy)
    for framework in FRAMEWORKS:
        parts = [reason.contribution for reason in advice.reasons if reason.favours == framework]
        assert abs(fsum(parts) + advice.neutral - score_of(advice, framework)) <= CLOSE


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_weights_sum_to_one_and_none_is_negative(raw: RawAnswers, policy: PolicyId) -> None:
    weights = [criterion.weight for criterion in advice_on(raw, policy).criteria]
    assert not weights or abs(fsum(weights) - 1) <= CLOSE
    assert all(weight >= 0 for weight in weights)


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_the_two_scores_of_each_criterion_sum_to_one(raw: RawAnswers, policy: PolicyId) -> None:
    for criterion in advice_on(raw, policy).criteria:
        assert abs(criterion.scores.pytorch + criterion.scores.tensorflow - 1) <= CLOSE, criterion.id


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_the_weighted_criterion_scores_add_up_to_each_score(raw: RawAnswers, policy: PolicyId) -> None:
    advice = advice_on(raw, policy)
    for framework in FRAMEWORKS:
        weighted = fsum(c.weight * float(getattr(c.scores, framework)) for c in advice.criteria)
        assert not advice.criteria or abs(weighted - score_of(advice, framework)) <= CLOSE


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_a_weight_comes_from_the_base_and_the_raises_that_the_advice_shows(raw: RawAnswers, policy: PolicyId) -> None:
    criteria = advice_on(raw, policy).criteria
    points = {c.id: c.base_points + fsum(r.points for r in c.raised_by) for c in criteria}
    for criterion in criteria:
        assert abs(criterion.weight - points[criterion.id] / fsum(points.values())) <= CLOSE, criterion.id


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_the_differences_explain_the_whole_change_of_the_margin(raw: RawAnswers, policy: PolicyId) -> None:
    advice = advice_on(raw, policy)
    here = margin(advice.scores.pytorch, advice.scores.tensorflow)
    there = margin(advice.other_policy.scores.pytorch, advice.other_policy.scores.tensorflow)
    explained = fsum(difference.after - difference.before for difference in advice.other_policy.differences)
    assert abs(explained - (here - there)) <= CLOSE


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_the_other_policy_says_what_it_says_when_asked_itself(raw: RawAnswers, policy: PolicyId) -> None:
    told, asked = advice_on(raw, policy).other_policy, advice_on(raw, other(policy))
    assert told.policy == asked.policy
    assert (told.recommendation, told.strength) == (asked.recommendation, asked.strength)
    assert told.scores == asked.scores


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_the_other_recommendation_is_none_exactly_when_the_recommendations_agree(
    raw: RawAnswers, policy: PolicyId
) -> None:
    advice, there = advice_on(raw, policy), advice_on(raw, other(policy))
    agree = advice.recommendation == there.recommendation
    assert advice.other_recommendation == (None if agree else there.recommendation)


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_either_is_recommended_exactly_when_the_strength_is_either(raw: RawAnswers, policy: PolicyId) -> None:
    advice = advice_on(raw, policy)
    assert (advice.recommendation == "either") == (advice.strength == "either")


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_every_claim_that_is_named_applies_to_the_answers(raw: RawAnswers, policy: PolicyId) -> None:
    advice = advice_on(raw, policy)
    chosen = {question: frozenset(options) for question, options in raw.items()}
    named = ids(statements_of(advice)) + ids(advice.set_aside) + ids(advice.api_layer.reasons)
    for id in (id for id in named if not id.startswith("precedent-")):
        condition = shipped_rules().claims[id].matters_when
        assert condition is not None, id
        assert condition.holds(chosen), id


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_no_list_names_a_claim_twice_and_none_both_counts_and_is_set_aside(raw: RawAnswers, policy: PolicyId) -> None:
    advice = advice_on(raw, policy)
    for parts in (statements_of(advice), advice.set_aside, advice.api_layer.reasons):
        assert [id for id, times in Counter(ids(parts)).items() if times > 1] == []
    counting = {*ids(statements_of(advice)), *ids(advice.api_layer.reasons)}
    assert counting.isdisjoint(ids(advice.set_aside))


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_only_keras_claims_decide_the_api_layer(raw: RawAnswers, policy: PolicyId) -> None:
    """Where the policy counts Keras for a framework, the same claims are reasons too; else they are reasons nowhere."""
    advice = advice_on(raw, policy)
    assert {part.favours for part in advice.api_layer.reasons} <= {"keras"}
    also_reasons = {reason.claim for reason in statements_of(advice) if reason.speaks_for_keras}
    assert also_reasons == (set(ids(advice.api_layer.reasons)) if policy == "documents" else set())


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_reasons_stand_in_order_of_their_contribution_and_each_adds_something(
    raw: RawAnswers, policy: PolicyId
) -> None:
    contributions = [reason.contribution for reason in advice_on(raw, policy).reasons]
    assert contributions == sorted(contributions, reverse=True)
    assert all(contribution > 0 for contribution in contributions)


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_of_an_argument_the_strongest_statement_counts_and_the_others_add_nothing(
    raw: RawAnswers, policy: PolicyId
) -> None:
    """Under `documents` each statement counts as its source makes it. Decisions of projects restate nothing."""
    for reason in advice_on(raw, policy).reasons:
        amounts = [statement.strength * statement.trust for statement in reason.statements]
        assert amounts == sorted(amounts, reverse=True)
        assert {one.favours for one in reason.statements} == {reason.favours}
        if reason.argument == PRECEDENTS or policy == "documents":
            assert all(one.contribution > 0 for one in reason.statements)
            continue
        assert [one.contribution for one in reason.statements] == [reason.contribution, *[0.0] * (len(amounts) - 1)]
        assert {one.criterion for one in reason.statements} == {reason.criterion}


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_a_contribution_is_the_share_of_the_counting_statements_in_their_criterion(
    raw: RawAnswers, policy: PolicyId
) -> None:
    """Of precedents only the nearest are shown, so that their criterion cannot be added up from the advice alone."""
    advice = advice_on(raw, policy)
    for criterion in (criterion for criterion in advice.criteria if criterion.id != PRECEDENTS):
        reasons = [reason for reason in advice.reasons if reason.criterion == criterion.id]
        counting = [reason.statements if policy == "documents" else reason.statements[:1] for reason in reasons]
        amounts = [fsum(one.strength * one.trust for one in statements) for statements in counting]
        whole = fsum(amounts) + 2 * shipped_rules().scoring.neutral
        for reason, amount in zip(reasons, amounts, strict=True):
            halved = 2 if reason.favours == "neither" else 1
            assert abs(reason.contribution - criterion.weight * amount / halved / whole) <= CLOSE, reason.argument


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_no_argument_stands_twice_for_one_side(raw: RawAnswers, policy: PolicyId) -> None:
    points = Counter((reason.argument, reason.favours) for reason in advice_on(raw, policy).reasons)
    assert set(points.values()) <= {1}


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_a_difference_names_the_statements_that_count_on_either_side_of_it(raw: RawAnswers, policy: PolicyId) -> None:
    here, there = advice_on(raw, policy), advice_on(raw, other(policy))
    counting = [
        {one.claim for one in statements_of(advice) if one.contribution > 0 and one.favours in FRAMEWORKS}
        for advice in (there, here)
    ]
    for difference in (one for one in here.other_policy.differences if one.argument != PRECEDENTS):
        assert difference.statements, difference.argument
        for statement in difference.statements:
            told = (statement.before, statement.after)
            assert told == tuple(statement.claim in claims for claims in counting), statement.claim


@PROPERTY
@given(raw=answer_sets(), policy=policies())
def test_a_reason_has_the_fields_of_the_statement_that_counts(raw: RawAnswers, policy: PolicyId) -> None:
    for reason in advice_on(raw, policy).reasons:
        first = reason.statements[0]
        assert (reason.claim, reason.statement, reason.status) == (first.claim, first.statement, first.status)
        assert reason.sources == first.sources
