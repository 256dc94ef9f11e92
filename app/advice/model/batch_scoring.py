"""Many answer sets scored at once, by the value model of `app.advice.model.scoring`.

That module scores one set with exact sums and names every contribution; this one gives only what robustness needs, for
the hundreds of neighbouring answer sets among which it looks for flips. The tests hold the two against each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.advice.model.applicability import Applicability
from app.advice.model.argument_ranks import ArgumentRanks
from app.advice.model.batch_weights import PointsTable
from app.advice.model.code_table import Code, CodeTable
from app.advice.model.condition_table import ConditionTable, Truths
from app.advice.model.evidence import Evidence, gather, is_trusted
from app.advice.model.grounds import GroundsTable
from app.advice.model.layout import Layout, Masks
from app.advice.model.precedents import PrecedentTable
from app.knowledge.base import Knowledge
from app.knowledge.models import PRECEDENTS, Policy, PolicyId

Reals = NDArray[np.float64]
SIGNS = {"pytorch": 1.0, "tensorflow": -1.0, "level": 0.0}


@dataclass(frozen=True)
class Scores:
    """The figures that decide, criteria x sets.

    `weights` sum to 1 for each set. `differences`: PyTorch's score less TensorFlow's, -1 to 1. `spreads`: by how much
    (one standard deviation) a difference is uncertain when every piece of evidence is. `required`: +1 where a hard
    constraint asks for PyTorch, -1 for TensorFlow, 0 for neither; `conflicting` where constraints ask for both. `thin`:
    where scores decide and too little is known for a strong word. `code`: what the project has already.
    """

    weights: Reals
    differences: Reals
    spreads: Reals
    required: NDArray[np.int8]
    conflicting: Truths
    thin: Truths
    code: Code

    @property
    def margins(self) -> Reals:
        """PyTorch's total less TensorFlow's, for each set."""
        margins: Reals = np.einsum("ks,ks->s", self.weights, self.differences)
        return margins

    def with_weights(self, weights: Reals) -> "Scores":
        return replace(self, weights=weights)


@dataclass(frozen=True)
class Situations:
    """The weights, evidence and constraints that answer sets bring into play.

    `points`, criteria x sets: weights before they are set in relation to each other. `evidence`, pieces x sets: which
    of the scorer's pieces are about the situation. `precedents`, 5 x sets: the sums of what real projects decided, as
    `_sums` has them. `constraints`, hard ones x sets: which of them stand. `about`: what `GroundsTable` needs.
    """

    points: Reals
    evidence: Truths
    precedents: Reals
    constraints: Truths
    about: Truths
    code: Code

    def and_then(self, others: "Situations") -> "Situations":
        """These and others, in one."""
        return Situations(
            np.hstack([self.points, others.points]),
            np.hstack([self.evidence, others.evidence]),
            np.hstack([self.precedents, others.precedents]),
            np.hstack([self.constraints, others.constraints]),
            np.hstack([self.about, others.about]),
            self.code.and_then(others.code),
        )


class Scorer:
    """A rule base under a policy, as of a day, compiled for scoring many answer sets."""

    def __init__(self, knowledge: Knowledge, policy: Policy, today: date) -> None:
        self.knowledge = knowledge
        self.layout = Layout.of(knowledge)
        self.criteria = tuple(knowledge.criteria)
        pieces = gather(knowledge, policy, today)
        self.evidence: tuple[Evidence, ...] = tuple(e for e in pieces if e.side != "api" and e.amount > 0)
        self._applicability = Applicability.of(self.layout, [piece.claim for piece in self.evidence])
        self._grounds = GroundsTable.of(self.layout, knowledge.scoring.grounds, [e.claim for e in self.evidence])
        self._ranks = ArgumentRanks.of(self.evidence) if policy.restatements == "corroborate" else None
        self._sums = _sums(self.evidence, self.criteria, knowledge.scoring.evidence_spread)
        self._points = PointsTable.of(knowledge, self.layout)
        self._code = CodeTable.of(self.layout)
        self.precedents = PrecedentTable.of(knowledge, self.layout, policy, today)
        constraints = [one for one in knowledge.hard_constraints if is_trusted(knowledge, one, policy, today)]
        self._required = ConditionTable.of(self.layout, [constraint.when for constraint in constraints])
        self._for_pytorch = np.array([constraint.requires == "pytorch" for constraint in constraints], bool)
        self._claims = np.array([piece.claim.id for piece in self.evidence], str)
        self._behind = np.array([constraint.claim for constraint in constraints], str)

    def score(self, masks: Masks, priorities: Reals | float = 1.0) -> Scores:
        """Score answer sets, questions x sets. `priorities`, criteria x 1, multiply the weights that answers give."""
        return self.weigh(self.situations(masks, priorities))

    def situations(self, masks: Masks, priorities: Reals | float = 1.0) -> Situations:
        """The situations of answer sets, questions x sets."""
        points = self._points.sum(masks) * priorities
        spread = self.knowledge.scoring.evidence_spread
        precedents = self.precedents.sums(masks, spread) if self.precedents else np.zeros((5, masks.shape[1]))
        constraints, code = self._required.holds(masks), self._code.read(masks)
        about = self._grounds.about(masks) if self._grounds else np.zeros((0, masks.shape[1]), bool)
        return Situations(points, self._applicability.holds(masks), precedents, constraints, about, code)

    def without_each(self, situations: Situations, at: int) -> tuple[list[str], Situations]:
        """One situation as if each of the claims that count in it were false, one at a time.

        Returns:
            The claims' ids, and the situations without them in the same order.
        """
        evidence, standing = situations.evidence[:, at], situations.constraints[:, at]
        ids = list(dict.fromkeys([*self._claims[evidence].tolist(), *self._behind[standing].tolist()]))
        kept = np.array(ids)
        return ids, Situations(
            points=np.repeat(situations.points[:, at, None], len(ids), axis=1),
            evidence=evidence[:, None] & (self._claims[:, None] != kept),
            precedents=np.repeat(situations.precedents[:, at, None], len(ids), axis=1),
            constraints=standing[:, None] & (self._behind[:, None] != kept),
            about=np.repeat(situations.about[:, at, None], len(ids), axis=1),
            code=situations.code.repeated(at, len(ids)),
        )

    def weigh(self, situations: Situations) -> Scores:
        """The scores that follow from weights, evidence and constraints."""
        points, standing = situations.points, situations.constraints
        neutral = self.knowledge.scoring.neutral
        counting = situations.evidence if self._ranks is None else self._ranks.strongest(situations.evidence)
        sums = (self._sums @ counting).reshape(5, len(self.criteria), -1)
        if self.precedents:
            sums[:, self.criteria.index(PRECEDENTS)] += situations.precedents
        amount, signed, spread, spread_signed, spread_sided = sums
        taking_part = amount > 0
        whole = amount + 2 * neutral
        differences = signed / whole
        variance = (spread_sided - 2 * differences * spread_signed + differences**2 * spread) / whole**2
        weights = np.where(taking_part, points, 0.0)
        total = weights.sum(axis=0)
        grounds = self._grounds
        thin = grounds.thin(situations.about, situations.evidence, weights) if grounds else np.zeros(total.shape, bool)
        pytorch, tensorflow = standing[self._for_pytorch].any(axis=0), standing[~self._for_pytorch].any(axis=0)
        decided = pytorch | tensorflow
        return Scores(
            weights=weights / np.where(total > 0, total, 1.0),
            differences=differences,
            spreads=np.sqrt(np.maximum(variance, 0.0)),
            required=pytorch.astype(np.int8) - tensorflow.astype(np.int8),
            conflicting=pytorch & tensorflow,
            thin=thin & ~decided,
            code=situations.code,
        )


def _sums(evidence: Sequence[Evidence], criteria: Sequence[str], spread: float) -> Reals:
    """(5 x criteria) x evidence: a matrix; its product with the applying evidence gives the sums of each criterion.

    They are: all evidence; PyTorch's less TensorFlow's; and of the squared uncertainties of the pieces all, PyTorch's
    less TensorFlow's, and both frameworks' together.
    """
    found = np.zeros((5, len(criteria), len(evidence)))
    for column, piece in enumerate(evidence):
        sign, variance = SIGNS[piece.side], (spread * piece.amount) ** 2
        row = criteria.index(piece.claim.criterion)
        found[:, row, column] = (piece.amount, sign * piece.amount, variance, sign * variance, sign * sign * variance)
    return found.reshape(-1, len(evidence))


@lru_cache(maxsize=8)
def scorer_of(knowledge: Knowledge, policy: PolicyId, today: date) -> Scorer:
    """The compiled rule base; the last few are kept."""
    return Scorer(knowledge, knowledge.policies[policy], today)
