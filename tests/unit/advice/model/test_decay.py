"""Overdue facts weaken under `today`, and what nobody could confirm; under `documents` nothing decays."""

from datetime import date, timedelta
from itertools import pairwise
from math import log2

import pytest

from app.advice.schema.advice import Advice
from app.knowledge.models import Claim, PolicyId
from tests.support.advice.answer_sets import (
    FRESH,
    POLICIES,
    RawAnswers,
    advice_on,
    seeded_answers,
    shipped_rules,
    statements_of,
)
from tests.support.advice.oracle import consult
from tests.support.advice.trusted import AGEING, AGEING_HALF_LIFE, LATE, age_in_days, half_life, said, shipped_trust
from tests.support.sizes import size, some

CLOSE = 1e-12

DATED = [c for c in shipped_rules().claims.values() if c.matters_when and c.review_by]
UNDATED = [c for c in shipped_rules().claims.values() if c.matters_when and not c.review_by and c.status not in AGEING]
NOT_KERAS = [c for c in DATED if c.favours != "keras" and c.status not in AGEING]


def due_claims(advice: Advice) -> dict[str, bool]:
    parts = (*statements_of(advice), *advice.set_aside, *advice.api_layer.reasons)
    return {part.claim: part.review_due for part in parts}


def review_day(claim: Claim) -> date:
    assert claim.review_by is not None
    return claim.review_by


def test_late_is_24_months_past_every_review_date() -> None:
    assert max(review_day(claim) for claim in DATED) <= date(LATE.year - 2, LATE.month, LATE.day)
    assert min(review_day(claim) for claim in DATED) > FRESH


def test_every_ecosystem_fact_can_fall_due() -> None:
    assert {claim.kind for claim in UNDATED}.isdisjoint({"ecosystem"})


@pytest.mark.parametrize("claim", some(NOT_KERAS, 15), ids=lambda claim: claim.id)
def test_trust_in_a_fact_halves_with_each_half_life_past_its_review_date(claim: Claim) -> None:
    for halvings in (0, 1, 2):
        day = review_day(claim) + timedelta(days=halvings * half_life())
        for statement in said(claim, day):
            assert statement.trust == pytest.approx(shipped_trust(claim) / 2**halvings, abs=CLOSE)


def test_facts_are_among_the_reasons_for_their_decay_to_show() -> None:
    trusted = [claim for claim in DATED if claim.favours != "keras" and shipped_trust(claim) > 0]
    assert len(trusted) > 10
    assert all(list(said(claim, LATE)) for claim in trusted)


@pytest.mark.parametrize("claim", some(NOT_KERAS, 15), ids=lambda claim: claim.id)
def test_the_decay_is_gradual(claim: Claim) -> None:
    days = [review_day(claim) + timedelta(days=after) for after in (0, 1, 100, 364, 1000)]
    found = [[one.trust for one in said(claim, day)] for day in days]
    for earlier, later in pairwise(found):
        assert all(before > after > 0 for before, after in zip(earlier, later, strict=True))


@pytest.mark.parametrize("claim", UNDATED, ids=lambda claim: claim.id)
def test_a_claim_without_a_review_date_is_trusted_as_before(claim: Claim) -> None:
    assert [one.trust for one in said(claim, LATE)] == [one.trust for one in said(claim, FRESH)]


def test_keras_evidence_weakens_as_its_facts_do() -> None:
    claims = shipped_rules().claims
    for raw in seeded_answers(seed=4, count=size(25, 100)):
        layer = advice_on(raw, "today", LATE).api_layer
        strongest: dict[str, float] = {}
        for claim in (claims[part.claim] for part in layer.reasons):
            argument = claim.argument or claim.id
            strongest[argument] = max(strongest.get(argument, 0), claim.strength * late_trust(claim))
        assert layer.evidence == pytest.approx(sum(strongest.values()), abs=1e-9)


def late_trust(claim: Claim) -> float:
    overdue = (LATE - claim.review_by).days if claim.review_by else 0
    aged = age_in_days(claim, LATE) / AGEING_HALF_LIFE if claim.status in AGEING else 0
    return float(shipped_trust(claim) * 0.5 ** (overdue / half_life() + aged))


@pytest.mark.parametrize("policy", POLICIES)
def test_review_is_due_from_the_day_after_the_review_date(policy: PolicyId) -> None:
    for day in (FRESH, date(2027, 5, 21), date(2027, 5, 22), date(2027, 11, 21), date(2027, 11, 22), LATE):
        for raw in seeded_answers(seed=5, count=size(20, 60)):
            for id, due in due_claims(advice_on(raw, policy, day)).items():
                if id.startswith("precedent-"):
                    assert not due
                    continue
                review_by = shipped_rules().claims[id].review_by
                assert due == (review_by is not None and day > review_by), (id, day)


@pytest.mark.parametrize("policy", POLICIES)
def test_review_of_a_component_is_said_in_the_stack(policy: PolicyId) -> None:
    for raw in seeded_answers(seed=6, count=size(10, 30)):
        assert not any(part.review_due for part in advice_on(raw, policy, FRESH).stack)
        assert all(part.review_due for part in advice_on(raw, policy, LATE).stack)


def without_dates(advice: Advice) -> dict[str, object]:
    """The numbers, the order and the verdict, which are all that a day could change."""
    return {
        "verdict": (advice.recommendation, advice.strength, advice.decided_by),
        "scores": (advice.scores, advice.neutral, advice.api_layer.evidence),
        "criteria": advice.criteria,
        "reasons": [(one.claim, one.contribution, [said.trust for said in one.statements]) for one in advice.reasons],
        "stack": [(part.role, part.framework, part.component) for part in advice.stack],
    }


def test_nothing_decays_under_documents() -> None:
    for raw in seeded_answers(seed=7, count=size(30, 200)):
        fresh, late = advice_on(raw, "documents", FRESH), advice_on(raw, "documents", LATE)
        assert without_dates(fresh) == without_dates(late)


def test_something_decays_under_today() -> None:
    answers: list[RawAnswers] = list(seeded_answers(seed=7, count=size(50, 200)))
    moved = [raw for raw in answers if advice_on(raw, "today", FRESH).scores != advice_on(raw, "today", LATE).scores]
    assert len(moved) > len(answers) / 2


def test_engine_and_oracle_agree_when_facts_are_overdue() -> None:
    for raw in seeded_answers(seed=8, count=size(50, 200)):
        advice, oracle = advice_on(raw, "today", LATE), consult(raw, "today", LATE)
        assert advice.scores.pytorch == pytest.approx(float(oracle.scores["pytorch"]), abs=1e-9)
        assert advice.neutral == pytest.approx(float(oracle.neutral), abs=1e-9)
        assert [constraint.id for constraint in advice.constraints] == oracle.constraints


def test_a_constraint_stands_until_trust_in_its_claim_has_faded_below_what_it_needs() -> None:
    raw: RawAnswers = {
        "language": ["python"],
        "deployment": ["server"],
        "data_type": ["text"],
        "goal": ["production"],
        "model": ["pretrained"],
        "needs": ["language_models"],
    }
    claim = shipped_rules().claims["transformers-is-pytorch-only"]
    halvings = log2(shipped_trust(claim) / shipped_rules().scoring.constraint_trust)
    last = review_day(claim) + timedelta(days=int(halvings * half_life()))
    assert advice_on(raw, "today", last).decided_by == "constraint"
    after = advice_on(raw, "today", last + timedelta(days=1))
    assert (after.decided_by, after.constraints) == ("scores", [])
