"""The questionnaire: empty, prefilled by a Change link, or shown again with a message at each bad answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from app.advice.model.answers import accepted_answers
from app.errors import FieldProblem, InvalidFields
from app.knowledge.base import Knowledge
from app.knowledge.ledger import claims_per_source
from app.knowledge.models import Question
from app.pages.page import Page
from app.pages.rendering import html
from app.pages.request import items_of, policy_or_default
from app.web.dependencies import ServiceOf
from app.web.problems import status_of
from app.web.query import other_wishes, raw_answers
from app.web.service import Service

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class QuestionView:
    """A question as the form shows it: what is chosen, and what was wrong with it."""

    question: Question
    chosen: frozenset[str]
    problem: str | None


@dataclass(frozen=True)
class QuestionnairePage(Page):
    heading: str
    core: Sequence[QuestionView]
    more: Sequence[QuestionView]
    problems: Sequence[FieldProblem]
    asks: Mapping[str, str]
    open_more: bool
    policy: str
    preferences: Sequence[tuple[str, str]]
    claims: int
    sources: int


def questionnaire_page(
    knowledge: Knowledge,
    raw: Mapping[str, Sequence[str]],
    policy: str,
    change: str | None = None,
    problems: Sequence[FieldProblem] = (),
    preferences: Sequence[tuple[str, str]] = (),
) -> QuestionnairePage:
    """The form with what can be kept of the raw answers.

    Args:
        change: the question that the visitor came to change.
        preferences: (key, value) of what the address says besides answers and policy, which the form hands on.
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
        preferences=preferences,
        claims=len(knowledge.claims),
        sources=sum(1 for id in claims_per_source(knowledge) if knowledge.sources[id].kind == "document"),
    )


def _count(questions: int) -> str:
    """The number of questions in words, as far as words are usual."""
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
    number = words[questions] if questions < len(words) else str(questions)
    return f"{number} question{'' if questions == 1 else 's'}"


@router.get("/")
async def home(request: Request, service: ServiceOf) -> HTMLResponse:
    """The questionnaire, prefilled with whatever answers the address carries."""
    items = items_of(request)
    raw = raw_answers(items, besides=("change",))
    change = next((value for key, value in items if key == "change"), None)
    page = questionnaire_page(service.knowledge, raw, policy_or_default(items), change, preferences=other_wishes(items))
    return html("questionnaire.html", page)


def questionnaire_again(request: Request, service: Service, error: InvalidFields) -> Response:
    items = items_of(request)
    raw = raw_answers(items)
    faulty = {problem.field for problem in error.problems}
    preferences = [(key, value) for key, value in other_wishes(items) if key not in faulty]
    policy = policy_or_default(items)
    page = questionnaire_page(service.knowledge, raw, policy, problems=error.problems, preferences=preferences)
    return html("questionnaire.html", page, status=status_of(error).code)
