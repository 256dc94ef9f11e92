"""The questionnaire: empty, prefilled by a Change link, or shown again with a message at each bad answer."""

from collections.abc import Mapping, Sequence

from app.advice.model.answers import accepted_answers
from app.errors import FieldProblem
from app.knowledge.base import Knowledge
from app.knowledge.ledger import claims_per_source
from app.pages.contexts import QuestionnairePage, QuestionView


def questionnaire_page(
    knowledge: Knowledge,
    raw: Mapping[str, Sequence[str]],
    policy: str,
    change: str | None = None,
    problems: Sequence[FieldProblem] = (),
    wishes: Sequence[tuple[str, str]] = (),
) -> QuestionnairePage:
    """The form with what can be kept of the raw answers.

    Args:
        change: the question that the visitor came to change.
        wishes: (key, value) of what the address says besides answers and policy, which the form hands on.
    """
    chosen = accepted_answers(knowledge, raw).sets
    messages = {problem.field: problem.message for problem in problems}
    views = [
        QuestionView(question, chosen.get(id, frozenset()), messages.get(id))
        for id, question in knowledge.questions.items()
    ]
    more = [view for view in views if not view.question.core]
    return QuestionnairePage(
        title=f"{'Error: ' if problems else ''}PyTorch or TensorFlow?",
        heading=f"{_count(sum(question.core for question in knowledge.questions.values()))} about your project",
        core=[view for view in views if view.question.core],
        more=more,
        problems=problems,
        asks={id: question.ask for id, question in knowledge.questions.items()},
        open_more=any(view.chosen or view.problem or view.question.id == change for view in more),
        policy=policy,
        wishes=wishes,
        claims=len(knowledge.claims),
        sources=sum(1 for id in claims_per_source(knowledge) if knowledge.sources[id].kind == "document"),
    )


def _count(questions: int) -> str:
    """The number of questions in words, as far as words are usual."""
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
    number = words[questions] if questions < len(words) else str(questions)
    return f"{number} question{'' if questions == 1 else 's'}"
