"""The questionnaire: empty, prefilled by a Change link, or shown again with a message at each bad answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from app.advice.query import AdviceQuery
from app.errors import FieldProblem, InvalidFields
from app.knowledge.base import Knowledge
from app.knowledge.ledger import claims_per_source
from app.knowledge.models import Question
from app.pages.page import Page
from app.pages.rendering import html
from app.web.dependencies import ServiceOf
from app.web.problems import status_of
from app.web.query import pairs_of
from app.web.service import Service

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class QuestionView:
    """A question as the form shows it: what is chosen, and what was wrong with it."""

    question: Question
    chosen: frozenset[str]
    problem: str | None

    @property
    def help(self) -> str:
        can_be_left = self.question.kind == "many" and not self.question.core
        return f"{self.question.help}{' Not sure? Leave all boxes empty.' if can_be_left else ''}"

    @property
    def described_by(self) -> str:
        """The ids of the texts that describe the question's fields."""
        id = self.question.id
        return f"help-{id} problem-{id}" if self.problem else f"help-{id}"


@dataclass(frozen=True)
class QuestionnairePage(Page):
    section = "/"

    heading: str
    core: Sequence[QuestionView]
    more: Sequence[QuestionView]
    problems: Sequence[FieldProblem]
    asks: Mapping[str, str]
    open_more: bool
    preferences: Sequence[tuple[str, str]]
    claims: int
    sources: int


def questionnaire_page(
    knowledge: Knowledge, query: AdviceQuery, change: str | None = None, problems: Sequence[FieldProblem] = ()
) -> QuestionnairePage:
    """The form, filled in with a query. What the query holds besides answers, the form hands on in hidden fields.

    Args:
        change: the question that the visitor came to change.
        problems: what is wrong with the answers that were sent.
    """
    chosen = query.answers.sets
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
        preferences=query.pairs_besides_answers(),
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
    """The questionnaire, filled in with the answers of the address."""
    pairs = pairs_of(request)
    change = next((value for key, value in pairs if key == "change"), None)
    page = questionnaire_page(service.knowledge, AdviceQuery.usable(service.knowledge, pairs), change)
    return html("questionnaire.html", page)


def questionnaire_again(request: Request, service: Service, error: InvalidFields) -> Response:
    """The questionnaire with a message at each answer that cannot be used."""
    query = AdviceQuery.usable(service.knowledge, pairs_of(request))
    page = questionnaire_page(service.knowledge, query, problems=error.problems)
    return html("questionnaire.html", page, status=status_of(error).code)
