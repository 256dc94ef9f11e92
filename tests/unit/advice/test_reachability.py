"""Every claim has its say for some answers, and background claims never do."""

from pathlib import Path

import pytest
import yaml

from app.advice.schema.advice import Advice
from app.knowledge.loader import load
from app.knowledge.models import Claim
from tests.support.advice.answer_sets import (
    FRESH,
    POLICIES,
    advice_on,
    completed,
    seeded_answers,
    shipped_rules,
    statements_of,
)
from tests.support.advice.claim_answers import answers_from_condition
from tests.support.sizes import size

CLAIMS = [claim for claim in shipped_rules().claims.values() if claim.matters_when is not None]
BACKGROUND = {claim.id for claim in shipped_rules().claims.values() if claim.background is not None}


def all_advice(claim: Claim) -> list[Advice]:
    return [advice_on(raw, policy) for raw in answers_from_condition(claim) for policy in POLICIES]


def named(advice: Advice) -> set[str]:
    return {part.claim for part in (*statements_of(advice), *advice.api_layer.reasons, *advice.set_aside)}


def says_something(advice: Advice, claim: Claim) -> bool:
    """Whether it counts, or corroborates a stronger statement of its argument, or speaks for the API layer."""
    contributes = any(s.claim == claim.id and s.trust > 0 for s in statements_of(advice))
    return contributes or any(part.claim == claim.id for part in advice.api_layer.reasons)


def can_be_trusted(claim: Claim) -> bool:
    """Whether a policy that counts sources of its kind trusts its status at all."""
    kinds = {shipped_rules().sources[citation.id].kind for citation in claim.sources}
    return any(p.counts & kinds and p.trust[claim.status] > 0 for p in shipped_rules().policies.values())


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_is_named_for_each_alternative_of_its_own_condition(claim: Claim) -> None:
    for raw in answers_from_condition(claim):
        assert any(claim.id in named(advice_on(raw, policy)) for policy in POLICIES), raw


@pytest.mark.parametrize("claim", [c for c in CLAIMS if can_be_trusted(c)], ids=lambda claim: claim.id)
def test_a_claim_that_some_policy_trusts_supports_an_argument_or_the_api_layer(claim: Claim) -> None:
    assert any(says_something(advice, claim) for advice in all_advice(claim))


def test_background_claims_are_never_named() -> None:
    assert BACKGROUND
    for raw in seeded_answers(seed=3, count=size(60, 300)):
        for policy in POLICIES:
            advice = advice_on(raw, policy)
            differences = {one.claim for part in advice.other_policy.differences for one in part.statements}
            assert BACKGROUND.isdisjoint(named(advice) | differences)


def test_a_claim_that_only_excludes_an_answer_waits_for_the_question_to_be_answered(tmp_path: Path) -> None:
    claim = {
        "id": "own-claim",
        "statement": "A statement of our own.",
        "criterion": "autodiff",
        "favours": "pytorch",
        "strength": 1,
        "kind": "capability",
        "sources": [{"id": "tiebreak", "section": "test"}],
        "matters_when": [{"scale": {"none": ["cluster"]}}],
    }
    (tmp_path / "own.yaml").write_text(yaml.safe_dump({"claims": [claim]}), encoding="utf-8")
    rules = load(overlay=tmp_path)
    for scale, is_named in (({}, False), ({"scale": ["cluster"]}, False), ({"scale": ["multi_gpu"]}, True)):
        assert ("own-claim" in named(advice_on(completed(scale), "today", FRESH, rules))) == is_named
