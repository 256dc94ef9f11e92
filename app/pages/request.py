"""What a reader asked an advice page for, and the addresses of pages that differ from it in one thing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from fastapi import Request

from app.advice.model.answers import Answers, accepted_answers, parse_answers
from app.advice.model.priorities import NONE
from app.advice.permalinks import LATELY, PRIORITY, Made, permalink
from app.advice.preferences import DEFAULT_POLICY, Preferences
from app.advice.robustness.acceptability import EVERYTHING
from app.errors import FieldProblem, InvalidFields
from app.knowledge.base import Knowledge
from app.knowledge.models import PolicyId
from app.web.query import Items, made_of, policy_of, priorities_of, raw_answers, revision_of, uncertain_of
from app.web.service import Service

T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """Answers, preferences, the finding up to which verdicts count, and the rules and day of a kept link."""

    answers: Answers
    preferences: Preferences
    revision: int | None = None
    made: Made = LATELY

    def link(self) -> str:
        return permalink(self.answers, self.preferences, self.revision, self.made)

    def wishing(self, preferences: Preferences) -> "Asked":
        return replace(self, preferences=preferences)

    def answering(self, knowledge: Knowledge, answered: Mapping[str, Sequence[str]]) -> "Asked":
        """With other answers to some questions; an empty answer is none."""
        raw: dict[str, Sequence[str]] = {**self.answers.chosen, **answered}
        return replace(self, answers=accepted_answers(knowledge, {id: list(options) for id, options in raw.items()}))


def items_of(request: Request) -> Items:
    return request.query_params.multi_items()


@dataclass(frozen=True)
class Wanted:
    """What a query asks advice on."""

    asked: Asked
    then: Knowledge | None
    """The rules that a link was made with, where it says so and this server has them."""


def wanted_of(service: Service, items: Items) -> Wanted:
    """Answers, preferences and revision of a query, with the problems of all at once."""
    problems: list[FieldProblem] = []

    def attempt(read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except InvalidFields as error:
            problems.extend(error.problems)
            return otherwise

    made = attempt(lambda: made_of(items), Made())
    then = _rules_of(service, made)
    answers = attempt(lambda: parse_answers(then or service.knowledge, raw_answers(items)), Answers({}))
    preferences = Preferences(
        attempt(lambda: policy_of(items), DEFAULT_POLICY),
        attempt(lambda: priorities_of(then or service.knowledge, items), NONE),
        attempt(lambda: uncertain_of(items), EVERYTHING),
    )
    wanted = Wanted(Asked(answers, preferences, attempt(lambda: revision_of(items), None), made), then)
    if problems:
        raise InvalidFields(problems)
    return wanted


def policy_or_default(items: Items) -> PolicyId:
    try:
        return policy_of(items)
    except InvalidFields:
        return DEFAULT_POLICY


def says_too_much(items: Items, preferences: Preferences) -> bool:
    """Whether an address holds what a form sends of fields that were left as they are."""
    weights = [key for key, _ in items if key.startswith(PRIORITY)]
    return any(value == "" for _, value in items) or len(weights) > len(preferences.priorities.factors)


def _rules_of(service: Service, made: Made) -> Knowledge | None:
    """The rules of then; today's where a link names no others, None where it names none and no day."""
    if made.rules in (None, service.knowledge.version):
        return service.knowledge if made.on or made.rules else None
    return service.archive.find(made.rules or "")
