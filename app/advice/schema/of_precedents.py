"""The nearest decisions of real projects, with what is alike and what is not."""

from collections.abc import Iterator

import numpy as np

from app.advice.robustness.decision import Decision
from app.advice.schema.advice import NearPrecedent
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.models import PRECEDENTS, Precedent
from app.knowledge.precedent_claims import decision_text

NEAREST = 5


def nearest_precedents(knowledge: Knowledge, decision: Decision, chosen: Chosen) -> list[NearPrecedent]:
    """The decisions that count most: the nearest and newest. None where precedents do not count."""
    table = decision.judge.scorer.precedents
    if table is None or PRECEDENTS not in {criterion.criterion for criterion in decision.scored.criteria}:
        return []
    amounts, (similarity, _) = table.amounts(decision.masks)[:, 0], table.similarity(decision.masks)
    order = [at for at in np.argsort(-amounts, kind="stable")[:NEAREST].tolist() if amounts[at] > 0]
    return [_near(knowledge, table.precedents[at], float(similarity[at, 0]), chosen) for at in order]


def _near(knowledge: Knowledge, precedent: Precedent, similarity: float, chosen: Chosen) -> NearPrecedent:
    return NearPrecedent(
        id=precedent.id,
        project=precedent.project,
        decided=precedent.decided,
        kind=precedent.kind,
        choice=precedent.choice,
        text=decision_text(precedent),
        reason=precedent.reason,
        citation=precedent.citation,
        alike=list(_labels(knowledge, precedent, chosen, common=True)),
        differs=list(_labels(knowledge, precedent, chosen, common=False)),
        similarity=similarity,
    )


def _labels(knowledge: Knowledge, precedent: Precedent, chosen: Chosen, common: bool) -> Iterator[str]:
    """The labels of the project's own answers that are chosen here too, or are not, where both answered."""
    for id, options in precedent.answers.items():
        if id in chosen:
            for option in options:
                if (option in chosen[id]) == common:
                    yield knowledge.questions[id].option(option).label
