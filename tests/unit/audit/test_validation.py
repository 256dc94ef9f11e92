"""The advice held against real decisions: the figures that the documents give are today's, and do not get worse."""

import json
from datetime import date
from fractions import Fraction
from functools import cache

import pytest

from app.audit.validation import Said, Validation, group_of, judge, validate
from app.audit.validation_text import validation_data, validation_lines
from app.knowledge.models import Precedent
from app.paths import ROOT, STATIC
from tests.support.advice.answer_sets import shipped_rules

DATA = json.loads((STATIC / "validation.json").read_text(encoding="utf-8"))
KEEPER = "Keep what you have, else PyTorch"
OURS = "This advice"


@cache
def measured() -> Validation:
    """On the day of the shipped figures: precedents and opinions are older the day after."""
    rules = shipped_rules()
    return validate(rules, list(rules.precedents.values()), date.fromisoformat(DATA["day"]))


@pytest.mark.timeout(600)
def test_the_shipped_figures_are_those_of_the_shipped_rules() -> None:
    assert validation_data(measured()) == DATA
    document = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    for line in validation_lines(measured()):
        assert line in document


def test_most_decisions_are_judged_rightly() -> None:
    """The figures may only get better: whoever makes them better raises these bounds."""
    table, count = measured().tables[OURS], sum(measured().decisions.values())
    assert Fraction(measured().right(OURS), count) >= Fraction(85, 100)
    moving = table["moving"]
    assert Fraction(moving["right"], sum(moving.values())) >= Fraction(80, 100)
    assert moving["strongly_wrong"] <= 1
    assert table["staying"]["strongly_wrong"] == 0
    assert Fraction(table["dual"]["strongly_wrong"], sum(table["dual"].values())) <= Fraction(1, 3)
    assert table["jax"]["wrong"] == 0


def decision(kind: str, choice: str, codebase: str = "none") -> Precedent:
    return Precedent.model_validate(
        {
            "id": "one",
            "project": "One",
            "decided": "2025-01",
            "kind": kind,
            "was": "code",
            "choice": choice,
            "citation": "a place",
            "answers": {"language": "python", "codebase": codebase},
            "confidence": "high",
        }
    )


@pytest.mark.parametrize(
    ("kind", "choice", "codebase", "said", "group", "judgement"),
    [
        ("started", "pytorch", "none", Said("pytorch"), "moving", "right"),
        ("started", "pytorch", "none", Said("either"), "moving", "open"),
        ("migrated", "pytorch", "tensorflow", Said("tensorflow"), "moving", "wrong"),
        ("migrated", "tensorflow", "pytorch", Said("pytorch", strong=True), "moving", "strongly_wrong"),
        ("stayed", "tensorflow", "tensorflow", Said("tensorflow"), "staying", "right"),
        ("stayed", "tensorflow", "tensorflow", Said("either"), "staying", "right"),
        ("stayed", "tensorflow", "tensorflow", Said("pytorch"), "staying", "wrong"),
        ("stayed", "pytorch", "pytorch", Said("tensorflow", strong=True), "staying", "strongly_wrong"),
        ("migrated", "either", "keras", Said("pytorch"), "staying", "right"),
        ("dual", "either", "mixed", Said("pytorch"), "dual", "right"),
        ("dual", "either", "mixed", Said("pytorch", strong=True), "dual", "strongly_wrong"),
        ("migrated", "jax", "pytorch", Said("pytorch"), "jax", "wrong"),
        ("migrated", "jax", "pytorch", Said("pytorch", names_jax=True), "jax", "right"),
    ],
)
def test_judgements(kind: str, choice: str, codebase: str, said: Said, group: str, judgement: str) -> None:
    one = decision(kind, choice, codebase)
    assert (group_of(one), judge(shipped_rules(), one, said)) == (group, judgement)


def test_a_decision_is_tested_without_its_own_project() -> None:
    """A project that is its own precedent would make the advice look better than it is."""
    rules = shipped_rules()
    alone = [next(one for one in rules.precedents.values() if group_of(one) == "moving" and one.decided >= "2024")]
    found = validate(rules, alone, date.fromisoformat(DATA["day"]))
    nearest = found.tables["The nearest precedent alone"]["moving"]
    assert sum(nearest.values()) == 1
    assert sum(found.decisions.values()) == 1


def test_the_rule_of_thumb_keeps_the_code_that_there_is() -> None:
    counts = measured().tables[KEEPER]["staying"]
    assert counts["wrong"] == counts["strongly_wrong"] == 0
