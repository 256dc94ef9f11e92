"""The core answer space: every set of one option for each core question and nothing else.

It is small enough to be judged whole, and every visitor stands in it: shares of it are the audit's unit. It is not how
often people ask: each situation counts alike, whether many projects are like it or none.
"""

from collections.abc import Iterator
from datetime import date
from itertools import product

import numpy as np
from numpy.typing import NDArray

from app.advice.answers import Answers
from app.advice.batch.layout import Layout, Masks
from app.advice.robustness.situation import judge_of
from app.knowledge.base import Knowledge
from app.knowledge.models import PolicyId

Sides = NDArray[np.int8]
"""Whom situations recommend: 1 PyTorch, -1 TensorFlow, 0 either."""

BATCH = 512
"""How many situations are judged at once: few enough that the intermediate matrices stay in the processor's cache."""


def core_space(knowledge: Knowledge) -> Iterator[Answers]:
    """Every situation of the space, in the order of the questions and their options."""
    core = [question for question in knowledge.questions.values() if question.core]
    for options in product(*(question.option_ids for question in core)):
        yield Answers({question.id: (option,) for question, option in zip(core, options, strict=True)})


def masks_of(knowledge: Knowledge, situations: Iterator[Answers]) -> Masks:
    """Situations as numbers, questions x situations."""
    layout = Layout.of(knowledge)
    return np.hstack([layout.masks(answers.sets) for answers in situations])


def sides(knowledge: Knowledge, policy: PolicyId, day: date, masks: Masks) -> Sides:
    """Whom each of the situations recommends under a policy, as of a day."""
    judge = judge_of(knowledge, policy, day)
    starts = range(0, masks.shape[1], BATCH)
    return np.concatenate([judge.sides(masks[:, start : start + BATCH]) for start in starts])


def core_sides(knowledge: Knowledge, policy: PolicyId, day: date) -> Sides:
    """Whom each situation of the core answer space recommends, in its order."""
    return sides(knowledge, policy, day, masks_of(knowledge, core_space(knowledge)))
