"""A rule base ready to judge answer sets: compiled, with its samples and the uncertainty of open questions."""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.advice.model.batch_scoring import Scorer, Scores, scorer_of
from app.advice.model.layout import Masks
from app.advice.model.priorities import Priorities
from app.advice.robustness.open_questions import open_spreads, typical_spreads
from app.advice.robustness.quick_estimate import expected_leads
from app.advice.robustness.samples import Samples, samples_for
from app.advice.robustness.thresholds import sides
from app.knowledge.base import Knowledge
from app.knowledge.models import PolicyId, Scoring

Reals = NDArray[np.float64]

BATCH = 512
"""How many sets are judged at once: few enough that the intermediate matrices stay in the processor's cache."""


@dataclass(frozen=True, eq=False)
class Judge:
    """Recommends for answer sets under a policy, as of a day.

    `spreads`: of each question while it is open. `priorities`: criteria x 1, what a visitor multiplies weights by.
    """

    scorer: Scorer
    samples: Samples
    spreads: Reals
    priorities: Reals | float = 1.0

    @property
    def scoring(self) -> Scoring:
        return self.scorer.knowledge.scoring

    def score(self, masks: Masks) -> Scores:
        return self.scorer.score(masks, self.priorities)

    def open_spreads(self, masks: Masks) -> Reals:
        return open_spreads(self.spreads, masks)

    def sides(self, masks: Masks) -> NDArray[np.int8]:
        """The recommended side of each set: 1 PyTorch, -1 TensorFlow, 0 either."""
        batches = (masks[:, start : start + BATCH] for start in range(0, masks.shape[1], BATCH))
        return np.concatenate([self.judge(self.score(sets), self.open_spreads(sets))[0] for sets in batches])

    def judge(self, scores: Scores, spreads: Reals) -> tuple[NDArray[np.int8], Reals]:
        """The recommended side of each scored set, and about PyTorch's share less half."""
        leads = expected_leads(scores, spreads, self.samples.moments)
        return sides(scores, spreads, leads, self.samples, self.scoring), leads

    def with_priorities(self, priorities: Priorities) -> "Judge":
        """The same rule base with the weights multiplied by a visitor's factors."""
        if not priorities:
            return self
        return replace(self, priorities=np.array([[priorities.of(id)] for id in self.scorer.criteria]))


@lru_cache(maxsize=8)
def judge_of(knowledge: Knowledge, policy: PolicyId, today: date) -> Judge:
    """The rule base ready to judge; the last few are kept."""
    scorer = scorer_of(knowledge, policy, today)
    return Judge(scorer, samples_for(knowledge.scoring, len(scorer.criteria)), typical_spreads(scorer))
