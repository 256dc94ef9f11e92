"""Many answer sets scored at once, against the engine that scores one with exact sums."""

import random
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given

from app.advice.model.batch_scoring import scorer_of
from app.advice.model.condition_table import ConditionTable
from app.advice.model.layout import MASK, Layout
from app.advice.model.priorities import Priorities
from app.advice.model.scoring import score
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.models import PolicyId
from tests.support.advice.answer_sets import (
    FRESH,
    POLICIES,
    PROPERTY,
    RawAnswers,
    answer_sets,
    seeded_answers,
    shipped_rules,
)

EXACT = 1e-12


def chosen(raw: RawAnswers) -> Chosen:
    return {question: frozenset(options) for question, options in raw.items()}


def test_a_mask_is_read_back_as_the_same_options() -> None:
    layout = Layout.of(shipped_rules())
    for raw in seeded_answers(seed=5, count=100):
        masks = layout.masks(chosen(raw))
        for row, question in enumerate(layout.questions):
            assert set(layout.options(row, int(masks[row, 0]))) == set(raw.get(question.id, []))


@PROPERTY
@given(answer_sets())
def test_every_condition_of_the_rules_holds_for_the_same_answers(raw: RawAnswers) -> None:
    rules = shipped_rules()
    conditions = [claim.matters_when for claim in rules.claims.values() if claim.matters_when is not None]
    conditions += [caution.when for caution in rules.cautions.values()]
    layout = Layout.of(rules)
    found = ConditionTable.of(layout, conditions).holds(layout.masks(chosen(raw)))[:, 0]
    assert found.tolist() == [condition.holds(chosen(raw)) for condition in conditions]


def test_no_condition_at_all_holds_for_nothing() -> None:
    layout = Layout.of(shipped_rules())
    assert ConditionTable.of(layout, []).holds(np.zeros((len(layout.questions), 3), MASK)).shape == (0, 3)


def some_priorities(seed: int) -> Priorities:
    rng = random.Random(seed)
    return Priorities(tuple((id, rng.choice([0.0, 0.5, 4.0])) for id in shipped_rules().criteria if rng.random() < 0.5))


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_scores_are_those_of_the_exact_engine(policy: PolicyId, seed: int | None) -> None:
    rules = shipped_rules()
    priorities = Priorities() if seed is None else some_priorities(seed)
    scorer = scorer_of(rules, policy, FRESH)
    sets = [chosen(raw) for raw in seeded_answers(seed=7, count=300)]
    factors = np.array([[priorities.of(id)] for id in scorer.criteria])
    scores = scorer.score(np.hstack([scorer.layout.masks(one) for one in sets]), factors)
    for at, one in enumerate(sets):
        exact = score(rules, one, policy, FRESH, priorities)
        assert scores.margins[at] == pytest.approx(exact.margin, abs=EXACT)
        for criterion in exact.criteria:
            row = scorer.criteria.index(criterion.criterion)
            assert scores.weights[row, at] == pytest.approx(criterion.weight, abs=EXACT)
            apart = criterion.scores["pytorch"] - criterion.scores["tensorflow"]
            assert scores.differences[row, at] == pytest.approx(apart, abs=EXACT)
        assert np.count_nonzero(scores.weights[:, at]) == len(exact.criteria)


def test_a_claim_taken_as_false_leaves_the_score_of_rules_without_it() -> None:
    rules = shipped_rules()
    scorer = scorer_of(rules, "today", FRESH)
    for raw in seeded_answers(seed=9, count=5):
        ids, without = scorer.without_each(scorer.situations(scorer.layout.masks(chosen(raw))), 0)
        scores = scorer.weigh(without)
        for at, id in list(enumerate(ids))[::7]:
            less = without_claim(id)
            exact = score(less, chosen(raw), "today", FRESH)
            assert scores.margins[at] == pytest.approx(exact.margin, abs=EXACT)


def without_claim(id: str) -> Knowledge:
    rules = shipped_rules()
    claims = {key: claim for key, claim in rules.claims.items() if key != id}
    return replace(rules, claims=MappingProxyType(claims))
