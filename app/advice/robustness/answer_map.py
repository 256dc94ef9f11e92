"""The core answer space at a glance: the recommendation and the shares for each deployment, kind of data and goal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import product

from app.advice.model.answers import Answers
from app.advice.model.core_space import masks_of
from app.advice.robustness.acceptability import acceptability
from app.advice.robustness.recommendation import CHOICES, Choice
from app.advice.robustness.situation import judge_of
from app.advice.robustness.thresholds import STEPS, Strength, lowers, side, step
from app.knowledge.base import Knowledge
from app.knowledge.models import PolicyId

FIXED = "language"
"""The core question that a map holds fixed."""

ROWS, COLUMNS, PANELS = "deployment", "data_type", "goal"


@dataclass(frozen=True)
class Cell:
    """One situation: its answers and the advice on them."""

    answers: Answers
    recommendation: Choice
    strength: Strength
    pytorch: float
    tensorflow: float
    by_constraint: bool


@lru_cache(maxsize=32)
def answer_map(knowledge: Knowledge, policy: PolicyId, today: date, language: str) -> tuple[Cell, ...]:
    """Every combination of one option each for goal, deployment and data, in this order, for one language."""
    judge = judge_of(knowledge, policy, today)
    situations = list(_situations(knowledge, language))
    masks = masks_of(judge.scorer.layout, situations)
    scores, spreads = judge.score(masks), judge.open_spreads(masks)
    lower = lowers(scores)
    cells = []
    for at, answers in enumerate(situations):
        won = acceptability(scores, at, float(spreads[at]), judge.samples)
        lowered, thin = bool(lower[at]), bool(scores.thin[at])
        cells.append(
            Cell(
                answers=answers,
                recommendation=CHOICES[side(knowledge.scoring, won, lowered)],
                strength=STEPS[step(knowledge.scoring, max(won.pytorch, won.tensorflow), lowered, thin)],
                pytorch=won.pytorch,
                tensorflow=won.tensorflow,
                by_constraint=bool(scores.required[at]),
            )
        )
    return tuple(cells)


def _situations(knowledge: Knowledge, language: str) -> Iterator[Answers]:
    questions = [knowledge.questions[id] for id in (PANELS, ROWS, COLUMNS)]
    for goal, deployment, data in product(*(question.option_ids for question in questions)):
        given = {FIXED: (language,), ROWS: (deployment,), COLUMNS: (data,), PANELS: (goal,)}
        yield Answers({id: given[id] for id in knowledge.questions if id in given})
