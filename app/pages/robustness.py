"""How certain an advice is: shares, flips with their links, and the next question."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.advice.query import AdviceQuery
from app.advice.robustness.acceptability import Uncertainty
from app.advice.robustness.recommendation import Choice
from app.advice.schema.advice import Advice
from app.advice.schema.base import PerFramework
from app.advice.schema.robustness import AnswerChange, Flip, PlainAnswer, Robustness
from app.knowledge.base import Knowledge
from app.knowledge.models import Question
from app.pages.grammar import counted, listed, plural

METHODS: Mapping[str, str] = {
    "weighted_product": "multiplying the scores instead of adding them (weighted product)",
    "nearness_to_ideal": "measuring the distance to the best scores (TOPSIS)",
}
"""The other methods of combining the criteria, in words."""


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
class RobustnessView:
    flips: Sequence[FlipView]
    together: Sequence[FlipView]
    next_question: NextQuestion | None
    shares: Sequence[tuple[str, PerFramework]]
    switches: Sequence[tuple[str, str, bool]]
    dissent: Sequence[str]
    report: Robustness
    search_link: str
    """The advice with a search for answers that change it only together."""

    @property
    def all_uncertain(self) -> bool:
        """Whether the visitor left both the weights and the evidence uncertain."""
        return self.report.uncertain.weights and self.report.uncertain.evidence

    @property
    def error_sentence(self) -> str:
        """How exact the shares are, from the number of samples."""
        of = "the first row" if self.all_uncertain else "your choice"
        least, most = round(100 * self.report.error, 2), round(50 / math.sqrt(self.report.samples), 2)
        return f"The standard error of {of} is {least} points; of any row, at most {most}."

    @property
    def dissent_sentence(self) -> str:
        methods = "Another method" if len(self.dissent) == 1 else "Other methods"
        return (
            f"{methods} of combining the criteria {plural(len(self.dissent), 'prefers', 'prefer')} the other "
            f"framework: {listed(self.dissent)}. So the strength is one step lower than the shares alone would give."
        )

    @property
    def flips_sentence(self) -> str:
        """What the table of flips shows; there is at least one."""
        if len(self.flips) == 1:
            return "This one other answer would change the recommendation:"
        return f"Each of these {len(self.flips)} other answers alone would change the recommendation:"

    @property
    def together_sentence(self) -> str:
        """What the table of changes that only work together shows."""
        smallest, shown = self.report.smallest_flips, len(self.together)
        ways = f"There {plural(smallest.count, 'is', 'are')} {counted(smallest.count, 'such combination')}"
        first = f"; these are the first {shown}" if smallest.count > shown else ""
        return f"No single answer changes it. At least {smallest.size} must change together. {ways}{first}:"

    @property
    def decisive_sentence(self) -> str:
        count = len(self.report.decisive_claims)
        if not count:
            return "No single statement decides: if any one of them were false, the recommendation would stay the same."
        which = plural(count, "this statement", "any one of these statements")
        return f"If {which} were false, the recommendation would change:"


def robustness_view(knowledge: Knowledge, query: AdviceQuery, advice: Advice) -> RobustnessView:
    """Everything that the page shows about the certainty of the advice."""
    robustness = advice.robustness
    return RobustnessView(
        flips=[_flip_view(knowledge, query, [flip], flip.recommendation) for flip in advice.flips],
        together=[
            _flip_view(knowledge, query, flip.changes, flip.recommendation)
            for flip in robustness.smallest_flips.examples
        ],
        next_question=_next_question(knowledge, query, advice),
        shares=[
            ("Weights and evidence", robustness.everything),
            ("Weights only", robustness.weights_alone),
            ("Evidence only", robustness.evidence_alone),
            ("Any weights", robustness.any_weights),
        ],
        switches=list(_switches(query)),
        dissent=[METHODS[method] for method in robustness.dissent],
        report=robustness,
        search_link=query.preferring(replace(query.preferences, flips="together")).link(),
    )


def _flip_view(
    knowledge: Knowledge, query: AdviceQuery, changes: Sequence[Flip | AnswerChange], recommendation: Choice
) -> FlipView:
    views = [
        ChangeView(
            knowledge.questions[change.question],
            _words(knowledge, change.question, change.before),
            _words(knowledge, change.question, change.after),
        )
        for change in changes
    ]
    answered = {change.question: _listed(change.after) for change in changes}
    return FlipView(views, recommendation, query.answering(knowledge, answered).link())


def _listed(answer: PlainAnswer) -> list[str]:
    return [answer] if isinstance(answer, str) else answer or []


def _words(knowledge: Knowledge, question: str, answer: PlainAnswer) -> str:
    labels = [knowledge.questions[question].option(option).label for option in _listed(answer)]
    return ", ".join(labels) or "not sure"


def _next_question(knowledge: Knowledge, query: AdviceQuery, advice: Advice) -> NextQuestion | None:
    """The open question that can change most; None if no open question can change the recommendation."""
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
    """What can be treated as certain: (name, address with the other choice, whether it is uncertain now)."""
    weights, evidence = query.preferences.uncertain.weights, query.preferences.uncertain.evidence

    def with_these(uncertain: Uncertainty) -> str:
        return query.preferring(replace(query.preferences, uncertain=uncertain)).link()

    yield "weights", with_these(Uncertainty(not weights, evidence)), weights
    yield "evidence", with_these(Uncertainty(weights, not evidence)), evidence
