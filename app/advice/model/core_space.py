"""The core answer space: every set of one option for each core question and nothing else.

It is small enough to be judged whole, and every visitor stands in it: shares of it are the audit's unit. It is not how
often people ask: each situation counts alike, whether many projects are like it or none.
"""

from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np

from app.advice.model.answers import Answers
from app.advice.model.layout import Layout, Masks
from app.knowledge.base import Knowledge


def core_space(knowledge: Knowledge) -> Iterator[Answers]:
    """Every situation of the space, in the order of the questions and their options."""
    core = [question for question in knowledge.questions.values() if question.core]
    for options in product(*(question.option_ids for question in core)):
        yield Answers({question.id: (option,) for question, option in zip(core, options, strict=True)})


def masks_of(layout: Layout, situations: Iterable[Answers]) -> Masks:
    """Situations as numbers, questions x situations."""
    return np.hstack([layout.masks(answers.sets) for answers in situations])
