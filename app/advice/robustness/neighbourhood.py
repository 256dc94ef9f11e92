"""Judges all answer sets that differ from one in a single answer: they show flips and the next question to ask.

The set itself is judged without each of its claims, too: that shows which claims the advice depends on.
"""

from dataclasses import dataclass

import numpy as np

from app.advice.model.layout import Masks
from app.advice.robustness.changes import MaskChange, changed, changes
from app.advice.robustness.situation import Judge


@dataclass(frozen=True)
class Neighbour:
    """One change, the side that is recommended after it, and about how far it moves PyTorch's acceptability."""

    change: MaskChange
    side: int
    moves: float


@dataclass(frozen=True)
class OpenQuestion:
    """An open question, and the recommended side after each of its options, in their order."""

    row: int
    sides: tuple[int, ...]
    moves: float
    changes_recommendation: bool


@dataclass(frozen=True)
class Neighbourhood:
    """An answer set's neighbours. `now`: the recommended side. `without`: the recommended side without each claim."""

    now: int
    neighbours: tuple[Neighbour, ...]
    without: tuple[tuple[str, int], ...]

    def flips(self) -> list[Neighbour]:
        """The changes that give another recommendation, in the order of the questionnaire."""
        return [neighbour for neighbour in self.neighbours if neighbour.side != self.now]

    def decisive_claims(self) -> list[tuple[str, int]]:
        """The claims that, if they were false, would give another recommendation, and which."""
        return [(claim, side) for claim, side in self.without if side != self.now]

    def open_questions(self) -> list[OpenQuestion]:
        """The open questions: those first that can change the recommendation, and of them those that move it most."""
        answers: dict[int, list[Neighbour]] = {}
        for neighbour in self.neighbours:
            if neighbour.change.before == 0:
                answers.setdefault(neighbour.change.row, []).append(neighbour)
        found = [self._question(row, options) for row, options in answers.items()]
        return sorted(found, key=lambda question: (not question.changes_recommendation, -question.moves))

    def _question(self, row: int, options: list[Neighbour]) -> OpenQuestion:
        sides = tuple(option.side for option in options)
        moves = max(abs(option.moves) for option in options)
        return OpenQuestion(row, sides, moves, any(side != self.now for side in sides))


def neighbourhood(judge: Judge, masks: Masks, now: int) -> Neighbourhood:
    """Judge every neighbour of an answer set, and the set without each of its claims, all at once."""
    possible = changes(judge.scorer.layout, masks)
    sets = np.hstack([changed(masks, possible), masks])
    situations, itself = judge.scorer.situations(sets, judge.priorities), len(possible)
    claims, without = judge.scorer.without_each(situations, itself)
    scores, spreads = judge.scorer.weigh(situations.and_then(without)), judge.open_spreads(sets)
    sides, leads = judge.judge(scores, np.append(spreads, np.repeat(spreads[itself], len(claims))))
    moves = (leads[:itself] - leads[itself]).tolist()
    return Neighbourhood(
        now,
        tuple(map(Neighbour, possible, sides[:itself].tolist(), moves)),
        tuple(zip(claims, sides[itself + 1 :].tolist(), strict=True)),
    )
