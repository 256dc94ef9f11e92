"""The engine says what the oracle says, to 1e-9."""

from collections import defaultdict
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings

from app.advice.schema.advice import Advice
from app.advice.schema.of_arguments import NEAREST
from app.knowledge.models import PRECEDENTS, PolicyId
from tests.support.advice.answer_sets import (
    FRESH,
    POLICIES,
    PROPERTY,
    RawAnswers,
    advice_on,
    answer_sets,
    policies,
    seeded_answers,
)
from tests.support.advice.oracle import (
    RULES,
    OracleAdvice,
    consult,
    is_thin,
    others_prefer,
    rule_files,
    share_of_weightings,
    word_for,
)
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
    assert {claim.claim for claim in advice.set_aside} == oracle.set_aside
    points: defaultdict[tuple[str, str], dict[str, Fraction]] = defaultdict(dict)
    for id, (side, contribution) in oracle.contributions.items():
        points[argument_of(id), side][id] = contribution
    assert {(reason.argument, reason.favours) for reason in advice.reasons} == set(points)
    for reason in advice.reasons:
        expected = points[reason.argument, reason.favours]
        assert near(reason.contribution, sum(expected.values(), Fraction(0))), reason.argument
        shown = {statement.claim: statement.contribution for statement in reason.statements}
        assert all(near(contribution, expected[id]) for id, contribution in shown.items()), reason.argument
        assert len(shown) == (min(NEAREST, len(expected)) if reason.argument == PRECEDENTS else len(expected))


def argument_of(id: str) -> str:
    """All precedents make one argument, and a claim without one is an argument of its own."""
    if id.startswith("precedent-"):
        return PRECEDENTS
    entries = rule_files(RULES)
    return str((entries["claims"].get(id) or entries["workloads"][id]).get("argument", id))


def assert_same_verdict(raw: RawAnswers, advice: Advice, oracle: OracleAdvice) -> None:
    assert [constraint.id for constraint in advice.constraints] == oracle.constraints
    assert [caution.id for caution in advice.cautions] == oracle.cautions
    share = advice.acceptability.pytorch
    if len(oracle.required) == 1:
        assert {advice.recommendation} == oracle.required
        assert (advice.strength, share) == ("strong", float(advice.recommendation == "pytorch"))
    elif oracle.required:
        assert (advice.recommendation, advice.strength, share) == ("either", "either", 0.5)
    else:
        assert_same_word(raw, advice, oracle)


def assert_same_grounds(raw: RawAnswers, advice: Advice, oracle: OracleAdvice) -> None:
    grounds = advice.robustness.grounds
    assert grounds is not None
    assert set(grounds.silent) == set(raw["data_type"]) - oracle.about_data
    assert grounds.thin == (not oracle.required and is_thin(oracle))


def assert_same_word(raw: RawAnswers, advice: Advice, oracle: OracleAdvice) -> None:
    share = advice.acceptability.pytorch
    assert abs(share - share_of_weightings(oracle, advice.robustness.open_spread)) < ROUGHLY
    margin = oracle.scores["pytorch"] - oracle.scores["tensorflow"]
    lowered = any(preferred * float(margin) < -ROUNDING for preferred in others_prefer(oracle))
    thin = is_thin(oracle)
    word = word_for(max(share, 1 - share), lowered, thin)
    ahead = "either" if word == "either" else "pytorch" if share > 0.5 else "tensorflow"
    kept = code_kept(raw)
    worth_moving = (
        is_easy_to_move(raw) and "either" not in (kept, ahead) and max(share, 1 - share) >= STRONG and not thin
    )
    if kept in (None, ahead) or worth_moving:
        assert (advice.recommendation, advice.strength, advice.decided_by) == (ahead, word, "scores")
    else:
        said = "either" if kept == "either" else "leaning"
        assert (advice.recommendation, advice.strength, advice.decided_by) == (kept, said, "staying")


STRONG = rule_files(RULES)["scoring"]["strong"]


def chosen_options(raw: RawAnswers) -> list[dict[str, Any]]:
    questions = rule_files(RULES)["questions"]
    return [option for id, ids in raw.items() for option in questions[id]["options"] if option["id"] in ids]


def code_kept(raw: RawAnswers) -> str | None:
    """The framework of the code that there is, `either` for Keras and for both; None without code."""
    return next((option["keeps"] for option in chosen_options(raw) if "keeps" in option), None)


def is_easy_to_move(raw: RawAnswers) -> bool:
    return any(option.get("easy_to_move") for option in chosen_options(raw))


def assert_agreement(raw: RawAnswers, policy: PolicyId, found: Found = NOTHING) -> None:
    advice = advice_on(raw, policy, evidence=found.evidence)
    oracle = consult(raw, policy, FRESH, found.verdicts, found.faster)
    assert_same_numbers(advice, oracle)
    assert_same_criteria(advice, oracle)
    assert_same_claims(advice, oracle)
    assert_same_verdict(raw, advice, oracle)
    assert_same_grounds(raw, advice, oracle)


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
