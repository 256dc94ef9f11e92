"""What flips an advice, against a search that asks the engine for every neighbour, one at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations
from types import MappingProxyType

import numpy as np
import pytest

from app.advice.model.core_space import core_space
from app.advice.model.scoring import score
from app.advice.robustness.decision import Case, decide
from app.advice.robustness.flips import tipping_weights
from app.advice.robustness.neighbourhood import neighbourhood
from app.advice.robustness.recommendation import CHOICES, Choice
from app.advice.robustness.situation import judge_of
from app.advice.schema.of_robustness import CODES
from app.knowledge.base import Knowledge
from app.knowledge.models import PolicyId, Question
from tests.support.advice.answer_sets import FRESH, POLICIES, RawAnswers, advice_on, seeded_answers, shipped_rules
from tests.support.sizes import FULL, size, some

Frozen = tuple[tuple[str, frozenset[str]], ...]
Answer = frozenset[str]
NOTHING: Answer = frozenset()


def frozen(raw: RawAnswers) -> Frozen:
    return tuple((question, frozenset(options)) for question, options in sorted(raw.items()))


@cache
def recommended(policy: PolicyId, answers: Frozen) -> Choice:
    """What the engine says of an answer set."""
    return decide(Case(shipped_rules(), policy, FRESH), dict(answers)).recommendation.choice


def other_answers(question: Question, given: Answer, small: bool = False) -> Iterator[Answer]:
    """Every other answer to a question, by the words of the documentation."""
    options = frozenset(question.option_ids)
    if question.kind == "one":
        yield from (frozenset([option]) for option in options - given)
        if given and not question.core:
            yield NOTHING
        return
    yield from (given | {more} for more in options - given)
    yield from (given - {less} for less in given if len(given) > 1 or not question.core)
    if len(given) == 1 or not small:
        yield from ((given - {less}) | {more} for less in given for more in options - given)


def with_answer(answers: Frozen, question: str, answer: Answer) -> Frozen:
    rest = {id: options for id, options in answers if id != question}
    return tuple(sorted((rest | {question: answer} if answer else rest).items()))


def changeable() -> list[tuple[str, Question]]:
    """The questions whose answer a project could change: what code it has is a fact."""
    return [(id, one) for id, one in shipped_rules().questions.items() if id not in ("codebase", "code_size")]


def flips_by_brute_force(policy: PolicyId, answers: Frozen) -> set[tuple[str, Answer, str]]:
    now, given = recommended(policy, answers), dict(answers)
    found: set[tuple[str, Answer, str]] = set()
    for id, question in changeable():
        for other in other_answers(question, given.get(id, NOTHING)):
            there = recommended(policy, with_answer(answers, id, other))
            if there != now:
                found.add((id, other, there))
    return found


def told(answer: str | list[str] | None) -> Answer:
    return frozenset([answer] if isinstance(answer, str) else answer or [])


@pytest.mark.parametrize("policy", POLICIES)
def test_flips_are_all_that_a_search_of_every_neighbour_finds(policy: PolicyId) -> None:
    for raw in seeded_answers(seed=61, count=size(5, 25)):
        advice = advice_on(raw, policy)
        found = {(flip.question, told(flip.after), flip.recommendation) for flip in advice.flips}
        assert found == flips_by_brute_force(policy, frozen(raw))
        assert len(found) == len(advice.flips)
        assert all(told(flip.before) == frozenset(raw.get(flip.question, [])) for flip in advice.flips)


@pytest.mark.parametrize(("policy", "size"), [("today", 2), ("documents", 2), ("documents", 3)])
def test_the_smallest_sets_of_changes_are_those_of_a_search_of_all(policy: PolicyId, size: int) -> None:
    for raw in seeded_answers(seed=62, count=400):
        smallest = advice_on(raw, policy, flips="together").robustness.smallest_flips
        if smallest.size == size:
            if size == 2 or FULL:  # there are tens of thousands of sets of three
                assert smallest.count == sets_by_brute_force(policy, frozen(raw), size)
            assert size == 2 or not sets_by_brute_force(policy, frozen(raw), 2)
            for example in smallest.examples:
                changed = frozen(raw)
                for change in example.changes:
                    changed = with_answer(changed, change.question, told(change.after))
                assert recommended(policy, changed) == example.recommendation != recommended(policy, frozen(raw))
            return
    pytest.fail("no answers without a smaller flip were found")


def test_sets_of_changes_are_looked_for_when_they_are_asked_for() -> None:
    for raw in seeded_answers(seed=62, count=10):
        single, together = (advice_on(raw, flips=flips).robustness for flips in ("single", "together"))
        assert (single.smallest_flips.searched, together.smallest_flips.searched) == (1, 3)
        expected = together.smallest_flips
        if expected.size != 1:
            assert (single.smallest_flips.size, single.smallest_flips.count) == (None, 0)
            return
        assert (single.smallest_flips.size, single.smallest_flips.count) == (1, expected.count)
    pytest.fail("no answers without a single flip were found")


def sets_by_brute_force(policy: PolicyId, answers: Frozen, size: int) -> int:
    now, given = recommended(policy, answers), dict(answers)
    changes = [
        (id, other)
        for id, question in changeable()
        for other in other_answers(question, given.get(id, NOTHING), small=True)
    ]
    return sum(
        recommended(policy, with_answers(answers, together)) != now
        for together in combinations(changes, size)
        if len({question for question, _ in together}) == size
    )


def with_answers(answers: Frozen, changes: Sequence[tuple[str, Answer]]) -> Frozen:
    for change in changes:
        answers = with_answer(answers, *change)
    return answers


@pytest.mark.parametrize("policy", POLICIES)
def test_a_criterion_tips_the_scores_at_the_weight_that_is_said(policy: PolicyId) -> None:
    judge = judge_of(shipped_rules(), policy, FRESH)
    tipped = 0
    for raw in seeded_answers(seed=63, count=50):
        masks = judge.scorer.layout.masks({q: frozenset(options) for q, options in raw.items()})
        scores = judge.score(masks)
        weights, differences = scores.weights[:, 0], scores.differences[:, 0]
        for row, tip in enumerate(tipping_weights(scores)):
            rest = np.delete(weights, row) / max(1 - weights[row], 1e-300)
            if not np.isnan(tip):
                level = tip * differences[row] + (1 - tip) * (rest @ np.delete(differences, row))
                assert level == pytest.approx(0, abs=1e-9)
                assert 0 < tip < 1
                assert (tip > weights[row]) == (differences[row] * scores.margins[0] < 0)
                tipped += 1
            elif weights[row] > 0:
                assert weights[row] == 1 or differences[row] * (rest @ np.delete(differences, row)) >= 0
    assert tipped > 50


@pytest.mark.parametrize("policy", POLICIES)
def test_decisive_claims_are_those_without_which_the_advice_is_another(policy: PolicyId) -> None:
    decisive = 0
    for raw in seeded_answers(seed=64, count=12 if policy == "documents" else 32):
        advice, chosen = advice_on(raw, policy), dict(frozen(raw))
        found = {claim.claim: claim.recommendation for claim in advice.robustness.decisive_claims}
        evidence = score(shipped_rules(), chosen, policy, FRESH).evidence
        for piece in evidence[:: 2 if found else 6]:
            there = judge_of(with_claim_refuted(piece.claim.id), policy, FRESH)
            spread_here = replace(there, spreads=judge_of(shipped_rules(), policy, FRESH).spreads)
            side = int(spread_here.sides(there.scorer.layout.masks(chosen))[0])
            assert found.get(piece.claim.id, advice.recommendation) == CHOICES[side]
        decisive += len(found)
    assert decisive


def with_claim_refuted(id: str) -> Knowledge:
    """The rules with the one claim out of the engine's sight: it never matters, and no constraint rests on it."""
    rules = shipped_rules()
    claims = {key: claim for key, claim in rules.claims.items() if key != id}
    kept = {key: constraint for key, constraint in rules.constraints.items() if constraint.claim != id}
    paths = {key: path for key, path in rules.paths.items() if path.claim != id}
    return replace(
        rules,
        claims=MappingProxyType(claims),
        constraints=MappingProxyType(kept),
        paths=MappingProxyType(paths),
    )


@pytest.mark.timeout(900)
@pytest.mark.parametrize("policy", POLICIES)
def test_flips_of_the_whole_core_answer_space_are_those_of_the_search(policy: PolicyId) -> None:
    judge = judge_of(shipped_rules(), policy, FRESH)
    layout = judge.scorer.layout
    for masks in (layout.masks(answers.sets) for answers in some(core_space(shipped_rules()), 90)):
        chosen = {q.id: frozenset(layout.options(row, int(masks[row, 0]))) for row, q in enumerate(layout.questions)}
        answers = tuple(sorted((question, options) for question, options in chosen.items() if options))
        now = CODES[recommended(policy, answers)]
        found = {
            (
                layout.questions[flip.change.row].id,
                frozenset(layout.options(flip.change.row, flip.change.after)),
                CHOICES[flip.side],
            )
            for flip in neighbourhood(judge, masks, now).flips()
        }
        assert found == flips_by_brute_force(policy, answers)
