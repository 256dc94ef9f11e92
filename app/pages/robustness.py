"""How sure an advice is, as its page tells it: flips with links, the next question, and the visitor's priorities."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.advice.model.priorities import NONE
from app.advice.preferences import Preferences
from app.advice.query import AdviceQuery
from app.advice.robustness.acceptability import Uncertainty
from app.advice.robustness.recommendation import Choice
from app.advice.schema.advice import Advice
from app.advice.schema.base import PerFramework
from app.advice.schema.robustness import AnswerChange, Flip, PlainAnswer
from app.knowledge.base import Knowledge
from app.knowledge.models import Question

METHODS: Mapping[str, str] = {
    "weighted_product": "multiplying the scores instead of adding them up (weighted product)",
    "nearness_to_ideal": "measuring the distance to the best scores (TOPSIS)",
}
"""How a way of adding up is said."""


@dataclass(frozen=True)
class ChangeView:
    """Another answer to a question, in words."""

    question: Question
    before: str
    after: str


@dataclass(frozen=True)
class FlipView:
    """Changes of answers, what they would give, and the address of that advice."""

    changes: Sequence[ChangeView]
    recommendation: Choice
    link: str


@dataclass(frozen=True)
class OptionView:
    """An answer to an open question, what it would give, and the address of that advice."""

    label: str
    recommendation: Choice
    link: str


@dataclass(frozen=True)
class NextQuestion:
    question: Question
    options: Sequence[OptionView]
    left: int


@dataclass(frozen=True)
class PriorityView:
    """A criterion on which the visitor can put a factor."""

    id: str
    name: str
    factor: float
    weight: float
    weight_by_default: float
    tips_at: float | None


@dataclass(frozen=True)
class RobustnessView:
    flips: Sequence[FlipView]
    together: Sequence[FlipView]
    next_question: NextQuestion | None
    shares: Sequence[tuple[str, PerFramework]]
    switches: Sequence[tuple[str, str, bool]]
    dissent: Sequence[str]
    priorities: Sequence[PriorityView]
    kept: Sequence[tuple[str, str]]
    without_priorities: str


def robustness_view(knowledge: Knowledge, query: AdviceQuery, advice: Advice) -> RobustnessView:
    """Everything that the page says of how sure the advice is."""
    preferences, robustness = query.preferences, advice.robustness
    return RobustnessView(
        flips=[_flip_view(knowledge, query, [flip], flip.recommendation) for flip in advice.flips],
        together=[
            _flip_view(knowledge, query, flip.changes, flip.recommendation)
            for flip in robustness.smallest_flips.examples
        ],
        next_question=_next_question(knowledge, query, advice),
        shares=[
            ("Weights and evidence", robustness.everything),
            ("Weights alone", robustness.weights_alone),
            ("Evidence alone", robustness.evidence_alone),
            ("Any weights at all", robustness.any_weights),
        ],
        switches=list(_switches(query)),
        dissent=[METHODS[method] for method in robustness.dissent],
        priorities=_priorities(knowledge, preferences, advice),
        kept=query.preferring(replace(preferences, priorities=NONE)).pairs(),
        without_priorities=query.preferring(replace(preferences, priorities=NONE)).link(),
    )


def _flip_view(
    knowledge: Knowledge, query: AdviceQuery, changes: Sequence[Flip | AnswerChange], recommendation: Choice
) -> FlipView:
    views = [
        ChangeView(
            knowledge.questions[change.question],
            _said(knowledge, change.question, change.before),
            _said(knowledge, change.question, change.after),
        )
        for change in changes
    ]
    answered = {change.question: _listed(change.after) for change in changes}
    return FlipView(views, recommendation, query.answering(knowledge, answered).link())


def _listed(answer: PlainAnswer) -> list[str]:
    return [answer] if isinstance(answer, str) else answer or []


def _said(knowledge: Knowledge, question: str, answer: PlainAnswer) -> str:
    labels = [knowledge.questions[question].option(option).label for option in _listed(answer)]
    return ", ".join(labels) or "not sure"


def _next_question(knowledge: Knowledge, query: AdviceQuery, advice: Advice) -> NextQuestion | None:
    """The open question that can change most; None when none that is left can change the recommendation."""
    found = advice.robustness.open_questions
    if advice.robustness.settled:
        return None
    question = knowledge.questions[found[0].question]
    options = [
        OptionView(
            question.option(effect.option).label,
            effect.recommendation,
            query.answering(knowledge, {question.id: [effect.option]}).link(),
        )
        for effect in found[0].options
    ]
    return NextQuestion(question, options, left=len(found))


def _switches(query: AdviceQuery) -> Iterator[tuple[str, str, bool]]:
    """What can be taken as certain or not: (name, address with the other choice, whether it is uncertain now)."""
    weights, evidence = query.preferences.uncertain.weights, query.preferences.uncertain.evidence

    def with_these(uncertain: Uncertainty) -> str:
        return query.preferring(replace(query.preferences, uncertain=uncertain)).link()

    yield "weights", with_these(Uncertainty(not weights, evidence)), weights
    yield "evidence", with_these(Uncertainty(weights, not evidence)), evidence


def _priorities(knowledge: Knowledge, preferences: Preferences, advice: Advice) -> list[PriorityView]:
    """The criteria that take part, with or without the visitor's priorities, in the order of the rules."""
    now = {criterion.id: criterion.weight for criterion in advice.criteria}
    before = advice.by_default.weights if advice.by_default else now
    tips = {tipping.criterion: tipping.tips_at for tipping in advice.robustness.tipping}
    return [
        PriorityView(
            id=id,
            name=criterion.name,
            factor=preferences.priorities.of(id),
            weight=now.get(id, 0.0),
            weight_by_default=before.get(id, 0.0),
            tips_at=tips.get(id),
        )
        for id, criterion in knowledge.criteria.items()
        if id in now or id in before
    ]
