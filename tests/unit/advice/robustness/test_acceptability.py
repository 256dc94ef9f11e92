"""Shares of plausible weightings, against closed forms and an experiment of another kind."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import astuple, replace
from fractions import Fraction
from math import prod, sqrt

import numpy as np
import pytest
from numpy.typing import NDArray

from app.advice.model.batch_scoring import Scores, scorer_of
from app.advice.model.code_table import Code
from app.advice.model.core_space import core_space, masks_of
from app.advice.model.evidence import Evidence, applying_evidence
from app.advice.model.priorities import NONE, Priorities
from app.advice.robustness.acceptability import EVERYTHING, Uncertainty, acceptability
from app.advice.robustness.quick_estimate import expected_leads
from app.advice.robustness.samples import Family, Samples, draw, samples_for
from app.advice.robustness.situation import judge_of
from app.advice.robustness.thresholds import GUARD, lowers
from app.knowledge.models import PolicyId
from tests.support.advice.answer_sets import FRESH, POLICIES, seeded_answers, shipped_rules

WEIGHTS_ALONE = Uncertainty(evidence=False)
CASES = 200


def scores_of(differences: Sequence[float], weights: Sequence[float] | None = None, spread: float = 0.0) -> Scores:
    """One set with these differences, and equal weights unless others are given."""
    count = len(differences)
    shares = np.full(count, 1 / count) if weights is None else np.array(weights)
    return Scores(
        weights=shares[:, None],
        differences=np.array(differences)[:, None],
        spreads=np.full((count, 1), spread),
        required=np.zeros(1, np.int8),
        conflicting=np.zeros(1, bool),
        thin=np.zeros(1, bool),
        code=Code(np.zeros(1, bool), np.zeros(1, np.int8), np.zeros(1, bool)),
    )


def any_weights(criteria: int, seed: int) -> Samples:
    return draw(criteria, 10_000, seed, 2.0, "any")


def closed_form(differences: Sequence[float]) -> float:
    """P = sum over d_i > 0 of d_i^(n-1) / prod over j != i of (d_i - d_j), for weightings that are equally likely.

    In fractions, since the terms are large and of both signs.
    """
    exact = [Fraction(difference) for difference in differences]
    terms = [
        d ** (len(exact) - 1) / prod((d - other for j, other in enumerate(exact) if j != i), start=Fraction(1))
        for i, d in enumerate(exact)
        if d > 0
    ]
    return float(sum(terms, Fraction(0)))


def test_closed_form_of_a_case_that_is_plain() -> None:
    assert closed_form([1.0, -1.0]) == 0.5
    assert closed_form([3.0, -1.0]) == 0.75
    assert closed_form([0.3, 0.2]) == 1


def test_any_weights_agree_with_the_closed_form_within_three_standard_errors() -> None:
    rng = random.Random(20)
    outside = []
    for case in range(CASES):
        differences = [rng.uniform(-1, 1) for _ in range(rng.randint(2, 18))]
        share = closed_form(differences)
        found = acceptability(scores_of(differences), 0, 0.0, any_weights(len(differences), case), WEIGHTS_ALONE)
        error = sqrt(share * (1 - share) / 10_000)
        if abs(found.pytorch - share) > 3 * error + 1e-9:
            outside.append((case, found.pytorch, share))
    assert not outside


def test_stated_weights_with_exponential_factors_have_a_closed_form_too() -> None:
    """With factors that are exponential, w_i d_i takes the place of d_i."""
    rng = random.Random(21)
    for case in range(20):
        differences = [rng.uniform(-1, 1) for _ in range(6)]
        weights = np.array([rng.uniform(0.1, 1) for _ in range(6)])
        share = closed_form([float(w) * d for w, d in zip(weights, differences, strict=True)])
        found = acceptability(scores_of(differences, weights.tolist()), 0, 0.0, any_weights(6, case), WEIGHTS_ALONE)
        assert found.pytorch == pytest.approx(share, abs=4 * sqrt(share * (1 - share) / 10_000) + 1e-9)


def test_the_error_shown_is_the_spread_of_shares_over_seeds() -> None:
    scores = scores_of([0.3, -0.2, 0.1, -0.15], spread=0.1)
    found = [acceptability(scores, 0, 0.02, draw(4, 10_000, seed, 2.0, "stated")) for seed in range(60)]
    spread = float(np.std([one.pytorch for one in found]))
    assert spread == pytest.approx(float(np.mean([one.error for one in found])), rel=0.35)


def test_the_same_seed_gives_the_same_bytes() -> None:
    def digest(samples: Samples) -> str:
        parts = (samples.factors, samples.squares, samples.noise)
        return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()

    again = draw.__wrapped__(19, 10_000, 3, 2.0, "stated")
    assert digest(draw(19, 10_000, 3, 2.0, "stated")) == digest(again)
    assert digest(again) != digest(draw(19, 10_000, 4, 2.0, "stated"))


def test_factors_are_as_uncertain_as_the_rules_say() -> None:
    samples = draw(19, 10_000, 3, 2.0, "stated")
    within = np.mean((samples.factors > 0.5) & (samples.factors < 2))
    assert within == pytest.approx(0.95, abs=0.005)


@pytest.mark.parametrize("family", ["stated", "any"])
def test_the_moments_are_those_of_the_factors(family: Family) -> None:
    samples = draw(19, 10_000, 3, 2.0, family)
    powers = [float((samples.factors.astype(float) ** power).mean()) for power in range(1, 5)]
    assert list(astuple(samples.moments)) == pytest.approx(powers, rel=0.08)


def test_exchanging_the_frameworks_exchanges_the_shares() -> None:
    rng = random.Random(22)
    for seed in range(50):
        differences = [rng.uniform(-0.4, 0.4) for _ in range(9)]
        samples = draw(9, 10_000, seed, 2.0, "stated")
        here = acceptability(scores_of(differences, spread=0.1), 0, 0.05, samples)
        there = acceptability(scores_of([-d for d in differences], spread=0.1), 0, 0.05, samples)
        assert (here.pytorch, here.tensorflow) == (there.tensorflow, there.pytorch)
        assert here.pytorch + here.tensorflow == 1


@pytest.mark.parametrize(("required", "pytorch"), [(1, 1.0), (-1, 0.0)])
def test_a_constraint_leaves_nothing_to_weights(required: int, pytorch: float) -> None:
    scores = replace(scores_of([0.5, -0.1]), required=np.array([required], np.int8))
    found = acceptability(scores, 0, 0.1, samples_for(shipped_rules().scoring, 2))
    assert (found.pytorch, found.tensorflow, found.error) == (pytorch, 1 - pytorch, 0.0)


def test_constraints_that_contradict_each_other_favour_nobody() -> None:
    scores = replace(scores_of([0.5, -0.1]), conflicting=np.array([True]))
    assert acceptability(scores, 0, 0.1, samples_for(shipped_rules().scoring, 2)).pytorch == 0.5


def test_with_nothing_uncertain_whoever_is_ahead_wins_all() -> None:
    nothing = Uncertainty(weights=False, evidence=False)
    samples = samples_for(shipped_rules().scoring, 2)
    assert acceptability(scores_of([0.2, -0.1], spread=0.3), 0, 0.0, samples, nothing).pytorch == 1
    assert acceptability(scores_of([0.1, -0.2], spread=0.3), 0, 0.0, samples, nothing).pytorch == 0
    assert acceptability(scores_of([0.1, -0.1], spread=0.3), 0, 0.0, samples, nothing).pytorch == 0.5


@pytest.mark.parametrize("uncertain", [EVERYTHING, WEIGHTS_ALONE, Uncertainty(weights=False)])
def test_open_questions_bring_the_shares_nearer_to_each_other(uncertain: Uncertainty) -> None:
    scores = scores_of([0.2, 0.1, -0.1], spread=0.05)
    samples = samples_for(shipped_rules().scoring, 3)
    shares = [acceptability(scores, 0, spread, samples, uncertain).pytorch for spread in (0.0, 0.05, 0.1, 0.5)]
    assert shares == sorted(shares, reverse=True)
    assert 0.5 < shares[-1] < shares[0]


@pytest.mark.parametrize("seed", [None, *range(1, 9)])
@pytest.mark.parametrize("policy", POLICIES)
def test_the_quick_share_is_near_enough_to_skip_the_samples(policy: PolicyId, seed: int | None) -> None:
    """Over the whole core answer space and random answers, with no priorities and with ones that leave few criteria."""
    rules = shipped_rules()
    judge = judge_of(rules, policy, FRESH).with_priorities(NONE if seed is None else _strong_wishes(seed))
    layout = judge.scorer.layout
    answered = [layout.masks({q: frozenset(o) for q, o in raw.items()}) for raw in seeded_answers(seed=31, count=600)]
    masks = np.hstack([masks_of(layout, core_space(rules)), *answered])
    scores, spreads = judge.score(masks), judge.open_spreads(masks)
    quick = expected_leads(scores, spreads, judge.samples.moments)
    found = [acceptability(scores, at, float(spreads[at]), judge.samples).pytorch for at in range(masks.shape[1])]
    leads = np.array(found) - 0.5
    off = np.abs(quick - leads)
    assert float(off.max()) < 0.03
    needed = np.where(lowers(scores), rules.scoring.strong, rules.scoring.leaning)
    decides = (np.abs(0.5 + np.abs(quick) - needed) < 0.1) | (np.abs(0.5 + np.abs(leads) - needed) < 0.1)
    assert float(off[decides].max(initial=0)) < 0.75 * GUARD


def _strong_wishes(seed: int) -> Priorities:
    rng = random.Random(seed)
    return Priorities(tuple((id, rng.choice([0.0, 0.0, 0.2, 1.0, 10.0])) for id in shipped_rules().criteria))


def arguments_redrawn(policy: PolicyId, raw: dict[str, list[str]], draws: int, seed: int) -> float:
    """PyTorch's share when every argument is redrawn and every weight: slow, and without any approximation."""
    rules = shipped_rules()
    scorer = scorer_of(rules, policy, FRESH)
    chosen = {question: frozenset(options) for question, options in raw.items()}
    masks = scorer.layout.masks(chosen)
    strongest: dict[tuple[str, str], Evidence] = {}
    for piece in applying_evidence(rules, chosen, policy, FRESH):
        argument = piece.claim.id if policy == "documents" else piece.claim.argument or piece.claim.id
        point = (argument, piece.side)
        if piece.side != "api" and piece.amount > max(0, strongest[point].amount if point in strongest else 0):
            strongest[point] = piece
    pieces = list(strongest.values())
    random_ = np.random.default_rng(seed)
    rows = np.array([scorer.criteria.index(piece.claim.criterion) for piece in pieces])
    amounts = np.array([piece.amount for piece in pieces])
    spread = rules.scoring.evidence_spread
    drawn: NDArray[np.float64] = np.maximum(amounts * (1 + spread * random_.standard_normal((draws, len(pieces)))), 0)
    signs = np.array([{"pytorch": 1, "tensorflow": -1, "level": 0}[piece.side] for piece in pieces])
    per_criterion = np.zeros((len(rows), len(scorer.criteria)))
    per_criterion[np.arange(len(rows)), rows] = 1
    differences = (drawn * signs) @ per_criterion / (drawn @ per_criterion + 2 * rules.scoring.neutral)
    factors = draw(len(scorer.criteria), 10_000, seed, rules.scoring.weight_factor, "stated").factors.T[:draws]
    margins = (factors * scorer.score(masks).weights[:, 0] * differences).sum(axis=1)
    return float(np.mean(margins > 0))


@pytest.mark.parametrize("policy", POLICIES)
def test_uncertain_evidence_by_criterion_stands_for_uncertain_arguments(policy: PolicyId) -> None:
    judge = judge_of(shipped_rules(), policy, FRESH)
    for raw in seeded_answers(seed=41, count=25):
        masks = judge.scorer.layout.masks({question: frozenset(options) for question, options in raw.items()})
        scores = judge.score(masks)
        if scores.required[0]:
            continue
        found = acceptability(scores, 0, 0.0, judge.samples).pytorch
        assert found == pytest.approx(arguments_redrawn(policy, raw, 5_000, 1), abs=0.05)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_third_dominated_candidate_takes_no_win_from_either(policy: PolicyId) -> None:
    """All three ranked under each weighting by their weighted sums: the textbook's way, candidate by candidate."""
    judge = judge_of(shipped_rules(), policy, FRESH)
    for raw in seeded_answers(seed=43, count=40):
        scores = judge.score(judge.scorer.layout.masks({q: frozenset(options) for q, options in raw.items()}))
        if scores.required[0] or scores.conflicting[0] or not scores.weights.any():
            continue
        differences = scores.differences[:, 0]
        pair = np.vstack([(1 + differences) / 2, (1 - differences) / 2])
        values = np.vstack([pair, pair.min(axis=0) - 0.01])
        weightings = scores.weights[:, 0] * judge.samples.factors.T.astype(float)
        first = np.bincount((weightings @ values.T).argmax(axis=1), minlength=3) / judge.samples.count
        found = acceptability(scores, 0, 0.0, judge.samples, WEIGHTS_ALONE)
        assert first[2] == 0
        assert (found.pytorch, found.tensorflow) == pytest.approx((first[0], first[1]), abs=2e-4)
