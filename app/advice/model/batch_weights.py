"""How important each criterion is to many answer sets at once, by `app.advice.model.weights`."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.advice.model.layout import MASK, Layout, Masks
from app.knowledge.base import Knowledge

Reals = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class PointsTable:
    """The points that each option adds to each criterion; raises of one criterion by one question stand together.

    `rows`: the question of each raise. `options`: its option as a mask, and `points`, both raises x 1. `groups`: the
    first raise of each question and criterion. `into`, criteria x groups: 1 where a group raises a criterion. `base`,
    criteria x 1: the points without any answer.
    """

    rows: Places
    options: Masks
    points: Reals
    groups: Places
    into: Reals
    base: Reals

    @staticmethod
    def of(knowledge: Knowledge, layout: Layout) -> "PointsTable":
        raises: list[tuple[int, int, float]] = []
        groups: list[tuple[int, int]] = []
        for row, question in enumerate(layout.questions):
            for place, id in enumerate(knowledge.criteria):
                found = [(row, 1 << bit, o.raises[id]) for bit, o in enumerate(question.options) if id in o.raises]
                if found:
                    groups.append((place, len(raises)))
                    raises += found
        rows, options, points = zip(*raises, strict=True) if raises else ((), (), ())
        criteria, firsts = zip(*groups, strict=True) if groups else ((), ())
        return PointsTable(
            rows=np.array(rows, np.intp),
            options=np.array(options, MASK)[:, None],
            points=np.array(points, np.float64)[:, None],
            groups=np.array(firsts, np.intp),
            into=(np.arange(len(knowledge.criteria))[:, None] == np.array(criteria, np.intp)).astype(np.float64),
            base=np.array([criterion.weight for criterion in knowledge.criteria.values()])[:, None],
        )

    def sum(self, masks: Masks) -> Reals:
        """Criteria x sets: the base, and of each question the most that one of its chosen options adds."""
        if not len(self.groups):
            return np.repeat(self.base, masks.shape[1], axis=1)
        raised = np.where(masks[self.rows] & self.options, self.points, 0.0)
        found: Reals = self.base + self.into @ np.maximum.reduceat(raised, self.groups, axis=0)
        return found
