"""The audit's figures against a naive count of the rules, and against the advice itself."""

from collections import Counter
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest

from app.advice.model.core_space import core_space
from app.audit.bias import bias, citations, wins
from app.audit.check import open_rules
from app.audit.core_outcomes import core_sides
from app.audit.freshness import freshness
from app.audit.language import first_named
from app.audit.text import SHOWN, audit_lines
from app.knowledge.models import PolicyId
from tests.support.advice.answer_sets import POLICIES, advice_on, shipped_rules
from tests.support.rules.rule_files import FACT, claim, with_overlay

DAY = date(2026, 11, 25)
SIDES = {"pytorch": 1, "tensorflow": -1, "either": 0}


def test_the_space_is_every_combination_of_one_option_for_each_core_question() -> None:
    core = [question for question in shipped_rules().questions.values() if question.core]
    expected = list(product(*(question.option_ids for question in core)))
    assert [tuple(options[0] for options in a.chosen.values()) for a in core_space(shipped_rules())] == expected


@pytest.mark.parametrize("policy", POLICIES)
def test_a_situation_recommends_what_its_advice_says(policy: PolicyId) -> None:
    sides = core_sides(shipped_rules(), policy, DAY)
    for at, answers in list(enumerate(core_space(shipped_rules())))[::181]:
        raw = {question: list(options) for question, options in answers.chosen.items()}
        assert sides[at] == SIDES[advice_on(raw, policy, DAY).recommendation]


@pytest.mark.parametrize("policy", POLICIES)
def test_wins_add_up_to_the_space(policy: PolicyId) -> None:
    found = wins(shipped_rules(), DAY)[policy]
    assert found.pytorch + found.tensorflow + found.either == found.situations == len(list(core_space(shipped_rules())))


def test_statements_and_citations_are_those_of_the_claims() -> None:
    rules = open_rules()
    found = bias(rules.knowledge, rules.drafts, DAY)
    claims = list(rules.knowledge.claims.values())
    assert {side: one.count for side, one in found.statements.items()} == Counter(claim.favours for claim in claims)
    for side, one in found.statements.items():
        favouring = [claim for claim in claims if claim.favours == side]
        assert sum(one.by_kind.values()) == sum(one.by_status.values()) == one.count == len(favouring)
        assert one.strength == sum(claim.strength for claim in favouring if claim.background is None)
    cited = {(source, claim.id) for claim in claims for source in [citation.id for citation in claim.sources]}
    assert sum(sum(counts.values()) for counts in found.citations.values()) == len(cited)


def test_a_source_that_a_claim_cites_twice_counts_once(tmp_path: Path) -> None:
    own = claim("own") | {"sources": [{"id": "tiebreak", "section": part} for part in ("One", "Two")]}
    before, after = (citations(rules)["tiebreak"] for rules in (shipped_rules(), with_overlay(tmp_path, claims=[own])))
    assert after["pytorch"] == before["pytorch"] + 1


@pytest.mark.parametrize(
    ("texts", "first"),
    [
        (["PyTorch is not TensorFlow"], "pytorch"),
        (["TensorFlow's graph, PyTorch's none"], "tensorflow"),
        (["TensorFlow", "and PyTorch"], "tensorflow"),
        (["PyTorch and PyTorch"], None),
        (["TensorFlowLite and PyTorch"], None),
        ([], None),
    ],
)
def test_who_is_named_first(texts: list[str], first: str | None) -> None:
    assert first_named(texts) == first


def test_facts_past_their_review_are_due_and_no_fault(tmp_path: Path) -> None:
    fact = claim("own", kind="ecosystem", status="confirmed", note="F.", **FACT)
    rules = with_overlay(tmp_path, claims=[fact])
    review = rules.claims["own"].review_by
    assert review is not None
    late = {due.id: due.days for due in freshness(rules, review + timedelta(days=3)).due}
    assert late["own"] == 3
    on_the_day = freshness(rules, review)
    assert "own" not in {due.id for due in on_the_day.due}
    assert on_the_day.next_due == review
    assert freshness(rules, date(2100, 1, 1)).next_due is None


def test_the_audit_in_words_names_every_policy_and_what_is_due() -> None:
    audit = open_rules().audit(date(2100, 1, 1))
    said = "\n".join(audit_lines(audit))
    dated = audit.freshness.dated
    for policy in POLICIES:
        assert f"Wins under '{policy}' over {len(list(core_space(shipped_rules())))} core situations: PyTorch " in said
    assert f"Due for review: {dated} of {dated} dated facts\n" in said
    assert said.endswith(f"and {dated - SHOWN} more")
