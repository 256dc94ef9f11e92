"""The additive value model: evidence and weights in, scores and every claim's contribution out.

A criterion's score for a framework is its share of the evidence, with the same neutral amount N on both sides:
    s(f) = (e(f) + l/2 + N) / (e(pytorch) + e(tensorflow) + l + 2N)
where e(f) is the evidence for f and l the evidence that the two are level. Of the statements of one argument on one
side the strongest counts; the others corroborate it and add nothing, so that saying a thing three times does not make
it weigh three times as much. (A policy may count them all, as their sources make them.) The total is the weighted sum
over the criteria on which something applies (Keeney and Raiffa, Decisions with Multiple Objectives, 1976, on additive
value models). Sums of evidence are exact (math.fsum), so that their order changes nothing and exchanging the frameworks
mirrors them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum

from app.advice.model.evidence import Evidence, applying_evidence
from app.advice.model.priorities import NONE, Priorities
from app.advice.model.weights import weights
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.models import FRAMEWORKS, Framework, Policy, PolicyId

Scores = dict[Framework, float]


@dataclass(frozen=True)
class CriterionScore:
    """One criterion's part: its weight (all sum to 1) and its scores (the two sum to 1)."""

    criterion: str
    weight: float
    scores: Scores


@dataclass(frozen=True)
class Contribution:
    """The amount that a claim adds to the score of the framework that it favours, or to both if it favours neither.

    It is 0 for a claim that only corroborates a stronger statement of its argument.
    """

    evidence: Evidence
    amount: float


@dataclass(frozen=True)
class Scored:
    """A complete scoring. For each framework: its contributions + `neutral` = its score, to 1e-9.

    `neutral` holds the neutral amounts and the contributions of claims that find the two level.
    """

    scores: Scores
    neutral: float
    criteria: tuple[CriterionScore, ...]
    contributions: tuple[Contribution, ...]
    evidence: tuple[Evidence, ...]

    @property
    def margin(self) -> float:
        """How far PyTorch's score is above TensorFlow's, -1 to 1."""
        return self.scores["pytorch"] - self.scores["tensorflow"]


def score(knowledge: Knowledge, chosen: Chosen, policy: PolicyId, today: date, priorities: Priorities = NONE) -> Scored:
    """Score both frameworks for the answers under a policy, as of a day, with a visitor's priorities."""
    evidence = applying_evidence(knowledge, chosen, policy, today)
    grouped = _by_criterion(knowledge, evidence)
    shares = weights(knowledge, chosen, grouped, priorities)
    neutral_amount = knowledge.scoring.neutral
    criteria, contributions, neutral = [], [], []
    for criterion, weight in shares.items():
        group = counting(knowledge.policies[policy], grouped[criterion])
        taken = {id(piece) for piece in group}
        corroborating = [piece for piece in grouped[criterion] if id(piece) not in taken]
        whole = fsum(e.amount for e in group) + 2 * neutral_amount
        level = fsum(e.amount for e in group if e.side == "level")
        neutral.append(weight * (neutral_amount + level / 2) / whole)
        criteria.append(CriterionScore(criterion, weight, _shares(group, neutral_amount + level / 2, whole)))
        contributions += [Contribution(e, weight * e.amount / (2 if e.side == "level" else 1) / whole) for e in group]
        contributions += [Contribution(e, 0.0) for e in corroborating]
    total_neutral = fsum(neutral) if shares else 0.5
    return Scored(
        scores={f: fsum([total_neutral, *_amounts_for(f, contributions)]) for f in FRAMEWORKS},
        neutral=total_neutral,
        criteria=tuple(criteria),
        contributions=tuple(contributions),
        evidence=tuple(evidence),
    )


def counting(policy: Policy, pieces: Sequence[Evidence]) -> list[Evidence]:
    """The pieces that count: under a policy that counts no restatements the strongest of each argument and side."""
    return list(pieces) if policy.restatements == "count" else strongest(pieces)


def strongest(pieces: Sequence[Evidence]) -> list[Evidence]:
    """The strongest piece of each argument and side; of equal ones the first."""
    found: dict[tuple[str, str], Evidence] = {}
    for piece in pieces:
        known = found.get((piece.argument, piece.side))
        if known is None or piece.amount > known.amount:
            found[piece.argument, piece.side] = piece
    return list(found.values())


def _by_criterion(knowledge: Knowledge, evidence: Sequence[Evidence]) -> Mapping[str, list[Evidence]]:
    """The evidence that bears on the pair, by criterion; a criterion on which nothing counts takes no part."""
    grouped: dict[str, list[Evidence]] = {criterion: [] for criterion in knowledge.criteria}
    for piece in evidence:
        if piece.side != "api" and piece.amount > 0:
            grouped[piece.claim.criterion].append(piece)
    return {criterion: group for criterion, group in grouped.items() if group}


def _shares(group: Sequence[Evidence], neutral: float, whole: float) -> Scores:
    return {f: (fsum(e.amount for e in group if e.side == f) + neutral) / whole for f in FRAMEWORKS}


def _amounts_for(framework: Framework, contributions: Sequence[Contribution]) -> list[float]:
    return [c.amount for c in contributions if c.evidence.side == framework]
