"""Decisions of real projects as evidence, against a brute force over the rule files' own words."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

import numpy as np
import pytest

from app.advice.model.layout import Layout
from app.advice.model.precedents import PrecedentTable
from app.advice.model.scoring import score
from app.knowledge.base import Knowledge
from app.knowledge.models import PRECEDENTS, Precedent
from tests.support.advice.answer_sets import FRESH, RawAnswers, advice_on, seeded_answers, shipped_rules
from tests.support.sizes import size

OTHER_NAME = {"pytorch": "tensorflow", "tensorflow": "pytorch"}


def gower(one: Mapping[str, tuple[str, ...]], other: Mapping[str, tuple[str, ...]]) -> tuple[float, int]:
    """The mean of each question's likeness, and how many questions both answer."""
    shared = [id for id in one if id in other and id != "codebase"]
    likeness = [len({*one[id]} & {*other[id]}) / len({*one[id]} | {*other[id]}) for id in shared]
    return (sum(likeness) / len(shared) if shared else 0.0), len(shared)


def amounts_by_brute_force(rules: Knowledge, raw: RawAnswers, day: date) -> dict[str, float]:
    """How much each decision counts; of one project's decisions the strongest."""
    nearness = rules.policies["today"].precedents
    assert nearness is not None
    answers = {id: tuple(options) for id, options in raw.items()}
    found: dict[str, float] = {}
    for precedent in rules.precedents.values():
        similarity, shared = gower(answers, precedent.answers)
        age = (day - precedent.day).days
        if age < 0 or shared < nearness.fewest_shared or similarity <= nearness.floor:
            continue
        near = (similarity - nearness.floor) / (1 - nearness.floor)
        found[precedent.id] = nearness.amount * near * 0.5 ** (age / nearness.half_life_days)
    best: dict[str, str] = {}
    for id in found:
        project = rules.precedents[id].project
        if project not in best or found[id] > found[best[project]]:
            best[project] = id
    return {id: found[id] for id in best.values()}


def table_of(rules: Knowledge, day: date = FRESH) -> PrecedentTable:
    table = PrecedentTable.of(rules, Layout.of(rules), rules.policies["today"], day)
    assert table is not None
    return table


def test_many_sets_at_once_are_compared_like_one_after_the_other() -> None:
    rules = shipped_rules()
    sets = list(seeded_answers(seed=71, count=size(60, 400)))
    layout = Layout.of(rules)
    masks = np.hstack([layout.masks({q: frozenset(options) for q, options in raw.items()}) for raw in sets])
    table = table_of(rules)
    amounts = table.amounts(masks)
    for at, raw in enumerate(sets):
        expected = amounts_by_brute_force(rules, raw, FRESH)
        found = {one.id: amounts[row, at] for row, one in enumerate(table.precedents) if amounts[row, at] > 0}
        assert found == pytest.approx(expected)


def test_the_sums_are_those_of_the_pieces() -> None:
    rules = shipped_rules()
    layout, spread = Layout.of(rules), rules.scoring.evidence_spread
    for raw in seeded_answers(seed=72, count=20):
        chosen = {q: frozenset(options) for q, options in raw.items()}
        table = table_of(rules)
        pieces = [e for e in score(rules, chosen, "today", FRESH).evidence if e.claim.criterion == PRECEDENTS]
        signs = {"pytorch": 1, "tensorflow": -1, "level": 0}
        signed = [(signs[piece.side], piece.amount) for piece in pieces]
        expected = [
            sum(amount for _, amount in signed),
            sum(sign * amount for sign, amount in signed),
            sum((spread * amount) ** 2 for _, amount in signed),
            sum(sign * (spread * amount) ** 2 for sign, amount in signed),
            sum(abs(sign) * (spread * amount) ** 2 for sign, amount in signed),
        ]
        assert table.sums(layout.masks(chosen), spread)[:, 0].tolist() == pytest.approx(expected)


def with_precedents(rules: Knowledge, precedents: Mapping[str, Precedent]) -> Knowledge:
    return replace(rules, precedents=MappingProxyType(dict(precedents)))


def mirrored(precedent: Precedent) -> Precedent:
    choice = OTHER_NAME.get(precedent.choice, precedent.choice)
    return precedent.model_copy(update={"choice": choice})


def test_exchanging_what_projects_chose_mirrors_the_criterion() -> None:
    rules = shipped_rules()
    exchanged = with_precedents(rules, {id: mirrored(one) for id, one in rules.precedents.items()})
    for raw in seeded_answers(seed=73, count=20):
        chosen = {q: frozenset(options) for q, options in raw.items()}
        here, there = (
            {c.criterion: c.scores for c in score(one, chosen, "today", FRESH).criteria}.get(PRECEDENTS)
            for one in (rules, exchanged)
        )
        assert (here is None) == (there is None)
        if here is not None and there is not None:
            assert here["pytorch"] == pytest.approx(there["tensorflow"], abs=1e-12)


def test_a_decision_counts_half_after_its_half_life_and_not_before_it_was_made() -> None:
    rules = shipped_rules()
    one = next(iter(rules.precedents.values()))
    alone = with_precedents(rules, {one.id: one})
    chosen = {q: frozenset(options) for q, options in one.answers.items()}
    nearness = rules.policies["today"].precedents
    assert nearness is not None
    masks = Layout.of(rules).masks(chosen)
    made, later = one.day, one.day + timedelta(days=nearness.half_life_days)
    assert table_of(alone, made).amounts(masks)[0, 0] == pytest.approx(nearness.amount)
    assert table_of(alone, later).amounts(masks)[0, 0] == pytest.approx(nearness.amount / 2)
    before = PrecedentTable.of(alone, Layout.of(rules), rules.policies["today"], made - timedelta(days=1))
    assert before is None


def test_the_documents_know_no_precedents() -> None:
    rules = shipped_rules()
    assert PrecedentTable.of(rules, Layout.of(rules), rules.policies["documents"], FRESH) is None
    for raw in seeded_answers(seed=74, count=10):
        advice = advice_on(raw, "documents")
        assert PRECEDENTS not in {criterion.id for criterion in advice.criteria}
        assert advice.precedents == []


def test_an_advice_names_the_nearest_with_what_is_alike() -> None:
    raw = {"language": ["python"], "deployment": ["server"], "data_type": ["text"], "goal": ["production"]}
    advice = advice_on(raw)
    amounts = amounts_by_brute_force(shipped_rules(), raw, FRESH)
    assert [one.id for one in advice.precedents] == sorted(amounts, key=lambda id: -amounts[id])[:5]
    for one in advice.precedents:
        assert one.alike  # not every decision says which language it was about
        assert not {*one.alike} & {*one.differs}
        assert one.citation
