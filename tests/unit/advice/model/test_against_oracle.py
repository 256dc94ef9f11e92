"""The engine says what the oracle says, to 1e-9."""

from fractions import Fraction

import pytest
from hypothesis import given, settings

from app.advice.schema.advice import Advice
from app.knowledge.models import PolicyId
from tests.support.advice.answer_sets import (
    FRESH,
    POLICIES,
    PROPERTY,
    RawAnswers,
    advice_on,
    answer_sets,
    policies,
    seeded_answers,
    statements_of,
)
from tests.support.advice.oracle import OracleAdvice, consult, others_prefer, share_of_weightings, word_for
from tests.support.advice.random_evidence import NOTHING, Found, random_evidence
from tests.support.sizes import size

CLOSE = 1e-9
ROUNDING = 1e-12
ROUGHLY = 0.05
"""A normal distribution is not quite what weights and evidence come to."""


def near(number: float, fraction: Fraction) -> bool:
    return abs(number - float(fraction)) <= CLOSE


def assert_same_numbers(advice: Advice, oracle: OracleAdvice) -> None:
    assert near(advice.scores.pytorch, oracle.scores["pytorch"])
    assert near(advice.scores.tensorflow, oracle.scores["tensorflow"])
    assert near(advice.neutral, oracle.neutral)
    assert near(advice.api_layer.evidence, oracle.api_evidence)


def assert_same_criteria(advice: Advice, oracle: OracleAdvice) -> None:
    assert [criterion.id for criterion in advice.criteria] == list(oracle.weights)
    for criterion in advice.criteria:
        assert near(criterion.weight, oracle.weights[criterion.id]), criterion.id
        assert near(criterion.scores.pytorch, oracle.criterion_scores[criterion.id]["pytorch"]), criterion.id
        assert near(criterion.scores.tensorflow, oracle.criterion_scores[criterion.id]["tensorflow"]), criterion.id


def assert_same_claims(advice: Advice, oracle: OracleAdvice) -> None:
    assert {reason.claim for reason in statements_of(advice)} == set(oracle.contributions)
    assert {claim.claim for claim in advice.set_aside} == oracle.set_aside
    for reason in statements_of(advice):
        side, contribution = oracle.contributions[reason.claim]
        assert reason.favours == side, reason.claim
        assert near(reason.contribution, contribution), reason.claim


def assert_same_verdict(advice: Advice, oracle: OracleAdvice) -> None:
    assert [constraint.id for constraint in advice.constraints] == oracle.constraints
    assert [caution.id for caution in advice.cautions] == oracle.cautions
    share = advice.acceptability.pytorch
    if len(oracle.required) == 1:
        assert {advice.recommendation} == oracle.required
        assert (advice.strength, share) == ("strong", float(advice.recommendation == "pytorch"))
    elif oracle.required:
        assert (advice.recommendation, advice.strength, share) == ("either", "either", 0.5)
    else:
        assert_same_word(advice, oracle)


def assert_same_word(advice: Advice, oracle: OracleAdvice) -> None:
    share = advice.acceptability.pytorch
    assert abs(share - share_of_weightings(oracle, advice.robustness.open_spread)) < ROUGHLY
    margin = oracle.scores["pytorch"] - oracle.scores["tensorflow"]
    lowered = any(preferred * float(margin) < -ROUNDING for preferred in others_prefer(oracle))
    assert advice.strength == word_for(max(share, 1 - share), lowered)
    ahead = "pytorch" if share > 0.5 else "tensorflow"
    assert advice.recommendation == ("either" if advice.strength == "either" else ahead)


def assert_agreement(raw: RawAnswers, policy: PolicyId, found: Found = NOTHING) -> None:
    advice = advice_on(raw, policy, evidence=found.evidence)
    oracle = consult(raw, policy, FRESH, found.verdicts, found.faster)
    assert_same_numbers(advice, oracle)
    assert_same_criteria(advice, oracle)
    assert_same_claims(advice, oracle)
    assert_same_verdict(advice, oracle)


@settings(PROPERTY, max_examples=size(50, 150))
@given(raw=answer_sets(), policy=policies())
def test_engine_and_oracle_agree_on_any_answers(raw: RawAnswers, policy: PolicyId) -> None:
    assert_agreement(raw, policy)


@settings(PROPERTY, max_examples=size(30, 100))
@given(raw=answer_sets(), policy=policies(), found=random_evidence())
def test_engine_and_oracle_agree_on_any_findings_of_a_server(raw: RawAnswers, policy: PolicyId, found: Found) -> None:
    assert_agreement(raw, policy, found)


@pytest.mark.parametrize("policy", POLICIES)
def test_engine_and_oracle_agree_on_a_sweep_of_answers(policy: PolicyId) -> None:
    for raw in seeded_answers(seed=20261121, count=size(80, 400)):
        assert_agreement(raw, policy)
