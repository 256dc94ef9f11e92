"""The robustness of a decision, put together for an advice."""

import numpy as np

from app.advice.model.layout import Layout
from app.advice.preferences import FlipSearch, Preferences
from app.advice.robustness.acceptability import Acceptability, Uncertainty, acceptability
from app.advice.robustness.changes import MaskChange
from app.advice.robustness.decision import Decision
from app.advice.robustness.flips import MOST, FlipSet, smallest_flips, tipping_weights
from app.advice.robustness.neighbourhood import Neighbour, Neighbourhood, OpenQuestion, neighbourhood
from app.advice.robustness.recommendation import CHOICES
from app.advice.robustness.samples import samples_for
from app.advice.schema.base import PerFramework
from app.advice.schema.of_grounds import grounds_of
from app.advice.schema.robustness import (
    AnswerChange,
    DecisiveClaim,
    Flip,
    FlipTogether,
    OptionEffect,
    PlainAnswer,
    QuestionEffect,
    Robustness,
    SmallestFlips,
    Tipping,
    UncertaintySchema,
)
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen

EXAMPLES = 10
CODES = {name: code for code, name in CHOICES.items()}


def neighbourhood_of(decision: Decision) -> Neighbourhood:
    return neighbourhood(decision.judge, decision.masks, CODES[decision.recommendation.choice])


def flips_of(decision: Decision, around: Neighbourhood) -> list[Flip]:
    """Every single answer that changes the recommendation, in the order of the questionnaire."""
    layout = decision.judge.scorer.layout
    return [_flip(layout, neighbour) for neighbour in around.flips()]


def robustness_of(
    knowledge: Knowledge, chosen: Chosen, decision: Decision, preferences: Preferences, around: Neighbourhood
) -> Robustness:
    """How sure a decision is, besides its single flips."""
    uncertain = preferences.uncertain
    scoring, layout = knowledge.scoring, decision.judge.scorer.layout
    questions = around.open_questions()
    return Robustness(
        error=decision.share(uncertain).error,
        samples=scoring.samples,
        seed=scoring.seed,
        uncertain=UncertaintySchema.of(uncertain),
        everything=PerFramework.of_shares(decision.won),
        weights_alone=PerFramework.of_shares(decision.share(Uncertainty(evidence=False))),
        evidence_alone=PerFramework.of_shares(decision.share(Uncertainty(weights=False))),
        any_weights=PerFramework.of_shares(_any_weights(decision)),
        open_spread=decision.open_spread,
        dissent=list(decision.dissent),
        grounds=grounds_of(knowledge, chosen, decision),
        smallest_flips=_smallest(decision, around, preferences.flips),
        tipping=_tipping(decision),
        decisive_claims=[
            DecisiveClaim(claim=id, statement=knowledge.claims[id].statement, recommendation=CHOICES[side])
            for id, side in around.decisive_claims()
        ],
        open_questions=[_effect(layout, question) for question in questions],
        settled=not any(question.changes_recommendation for question in questions),
    )


def _any_weights(decision: Decision) -> Acceptability:
    """Every weighting of the criteria that take part alike, with evidence and open questions as they are stated."""
    scores = decision.scores
    level = scores.with_weights(np.where(scores.weights > 0, 1.0, 0.0))
    samples = samples_for(decision.judge.scoring, len(scores.weights), "any")
    return acceptability(level, 0, 0.0, samples, Uncertainty(evidence=False))


def _smallest(decision: Decision, around: Neighbourhood, search: FlipSearch) -> SmallestFlips:
    searched = MOST if search == "together" else 1
    if single := around.flips():
        return SmallestFlips(size=1, searched=searched, count=len(single), examples=[])
    if searched == 1:
        return SmallestFlips(size=None, searched=1, count=0, examples=[])
    found = smallest_flips(decision.judge, decision.masks, around.now)
    layout = decision.judge.scorer.layout
    return SmallestFlips(
        size=len(found[0].changes) if found else None,
        searched=searched,
        count=len(found),
        examples=[_together(layout, flip) for flip in found[:EXAMPLES]],
    )


def _flip(layout: Layout, neighbour: Neighbour) -> Flip:
    question, before, after = _change(layout, neighbour.change)
    return Flip(question=question, before=before, after=after, recommendation=CHOICES[neighbour.side])


def _together(layout: Layout, flip: FlipSet) -> FlipTogether:
    moved = (_change(layout, change) for change in flip.changes)
    changes = [AnswerChange(question=question, before=before, after=after) for question, before, after in moved]
    return FlipTogether(changes=changes, recommendation=CHOICES[flip.side])


def _change(layout: Layout, change: MaskChange) -> tuple[str, PlainAnswer, PlainAnswer]:
    """The question, and its answer before and after."""
    before, after = (_plain(layout, change.row, mask) for mask in (change.before, change.after))
    return layout.questions[change.row].id, before, after


def _plain(layout: Layout, row: int, mask: int) -> PlainAnswer:
    options = layout.options(row, mask)
    if not options:
        return None
    return list(options) if layout.questions[row].kind == "many" else options[0]


def _tipping(decision: Decision) -> list[Tipping]:
    """For each criterion that takes part, in the order of the rules."""
    weights, tips = decision.scores.weights[:, 0], tipping_weights(decision.scores)
    return [
        Tipping(criterion=id, weight=float(weight), tips_at=None if np.isnan(tip) else float(tip))
        for id, weight, tip in zip(decision.judge.scorer.criteria, weights, tips, strict=True)
        if weight > 0
    ]


def _effect(layout: Layout, question: OpenQuestion) -> QuestionEffect:
    answered = layout.questions[question.row]
    return QuestionEffect(
        question=answered.id,
        moves=question.moves,
        changes_recommendation=question.changes_recommendation,
        options=[
            OptionEffect(option=id, recommendation=CHOICES[side])
            for id, side in zip(answered.option_ids, question.sides, strict=True)
        ],
    )
