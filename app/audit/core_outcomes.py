"""Whom the situations of the core answer space recommend."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from app.advice.model.core_space import core_space, masks_of
from app.advice.robustness.situation import judge_of
from app.knowledge.base import Knowledge
from app.knowledge.models import PolicyId

Sides = NDArray[np.int8]
"""Whom situations recommend: 1 PyTorch, -1 TensorFlow, 0 either."""


def core_sides(knowledge: Knowledge, policy: PolicyId, day: date) -> Sides:
    """Whom each situation recommends under a policy, as of a day, in the order of the space."""
    judge = judge_of(knowledge, policy, day)
    return judge.sides(masks_of(judge.scorer.layout, core_space(knowledge)))
