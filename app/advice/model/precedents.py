"""What projects like this one decided, as evidence: exactly for one answer set, and in sums for many.

Two projects are alike by Gower's coefficient (A General Coefficient of Similarity and Some of Its Properties,
Biometrics 27, 1971): the mean over the questions that are answered for both, of 1 or 0 where there is one choice, and
of the share of common options among all that were chosen (Jaccard's) where there are several. The question about
existing code is left out, since staying with it is a decision of its own.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from app.advice.model.layout import MASK, Layout, Masks
from app.knowledge.base import Knowledge
from app.knowledge.models import PRECEDENTS, Nearness, Policy, Precedent

Reals = NDArray[np.float64]

CODEBASE = "codebase"
SIGNS = {"pytorch": 1.0, "tensorflow": -1.0, "either": 0.0, "jax": 0.0}
KEPT_COLUMNS = 4096
"""How many answers to a question stay compared with all precedents."""


@dataclass(frozen=True, eq=False)
class PrecedentTable:
    """Decisions compiled for comparing many answer sets with them.

    Attributes:
        masks: questions x precedents, their answers.
        weights: the most that each may count on the day, by its age.
        signs: 1 where PyTorch was chosen, -1 for TensorFlow, 0 where neither was.
        projects: the rows of projects with several decisions.
    """

    precedents: tuple[Precedent, ...]
    nearness: Nearness
    layout: Layout
    masks: Masks
    weights: Reals
    signs: Reals
    projects: tuple[NDArray[np.intp], ...]
    _columns: dict[tuple[int, int], Reals] = field(default_factory=dict)

    @staticmethod
    def of(knowledge: Knowledge, layout: Layout, policy: Policy, today: date) -> "PrecedentTable | None":
        """The decisions that a policy counts on a day, those of the future left out; None when it counts none."""
        found = tuple(one for one in knowledge.precedents.values() if one.day <= today)
        if policy.precedents is None or not found or PRECEDENTS not in knowledge.criteria:
            return None
        ages = np.array([(today - one.day).days for one in found], np.float64)
        return PrecedentTable(
            precedents=found,
            nearness=policy.precedents,
            layout=layout,
            masks=np.hstack([_masks(layout, one) for one in found]),
            weights=policy.precedents.amount * 0.5 ** (ages / policy.precedents.half_life_days),
            signs=np.array([SIGNS[one.choice] for one in found]),
            projects=_several(found),
        )

    def similarity(self, masks: Masks) -> tuple[Reals, Reals]:
        """Precedents x sets: Gower's similarity, 0 to 1, and the number of questions that it is the mean of.

        Most sets differ from the first one in a single answer, so that only what differs is added to its sums.
        """
        rows = [row for row, question in enumerate(self.layout.questions) if question.id != CODEBASE]
        first = masks[:, 0].tolist()
        sums = np.tile(np.sum([self._column(row, first[row]) for row in rows], axis=0), (masks.shape[1], 1))
        for row in rows:
            changed = np.flatnonzero(masks[row] != first[row])
            if len(changed):
                answers, places = np.unique(masks[row, changed], return_inverse=True)
                columns = np.stack([self._column(row, answer) for answer in answers.tolist()])
                sums[changed] += (columns - self._column(row, first[row]))[places]
        alike, shared = np.split(sums.T, 2)
        return alike / np.maximum(shared, 1), shared

    def _column(self, row: int, answer: int) -> Reals:
        """How alike an answer to a question is to those of all precedents, and then whether it is answered for both."""
        known = self._columns.get((row, answer))
        if known is None:
            theirs = self.masks[row]
            shared = (theirs != 0) & (answer != 0)
            both, either = np.bitwise_count(theirs & MASK(answer)), np.bitwise_count(theirs | MASK(answer))
            known = np.concatenate([np.where(shared, both / np.maximum(either, 1), 0.0), shared])
            if len(self._columns) < KEPT_COLUMNS:
                self._columns[row, answer] = known
        return known

    def amounts(self, masks: Masks) -> Reals:
        """Precedents x sets: how much evidence each decision is. Of one project's decisions the strongest counts."""
        similarity, shared = self.similarity(masks)
        near = np.maximum(0.0, (similarity - self.nearness.floor) / (1 - self.nearness.floor))
        amounts = np.where(shared >= self.nearness.fewest_shared, near * self.weights[:, None], 0.0)
        for rows in self.projects:
            best = np.arange(len(rows))[:, None] == amounts[rows].argmax(axis=0)
            amounts[rows] *= best
        return amounts

    def sums(self, masks: Masks, spread: float) -> Reals:
        """5 x sets, as `batch_scoring` sums evidence: the amounts of all decisions, and their squared uncertainties."""
        amounts = self.amounts(masks)
        variances = (spread * amounts) ** 2
        signs, sided = self.signs, np.abs(self.signs)
        return np.stack(
            [amounts.sum(axis=0), signs @ amounts, variances.sum(axis=0), signs @ variances, sided @ variances]
        )


def _masks(layout: Layout, precedent: Precedent) -> Masks:
    return layout.masks({question: frozenset(options) for question, options in precedent.answers.items()})


def _several(precedents: tuple[Precedent, ...]) -> tuple[NDArray[np.intp], ...]:
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, precedent in enumerate(precedents):
        rows[precedent.project].append(row)
    return tuple(np.array(found, np.intp) for found in rows.values() if len(found) > 1)
