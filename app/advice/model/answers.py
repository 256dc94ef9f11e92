"""Answers to the questionnaire: validated, in one canonical order, never changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.errors import FieldProblem, InvalidFields, shortened
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.models import Question


@dataclass(frozen=True)
class Answers:
    """Question id → chosen option ids, both in the questionnaire's order. A question without an answer is absent."""

    chosen: Mapping[str, tuple[str, ...]]

    def __hash__(self) -> int:
        return hash(tuple(self.chosen.items()))

    @cached_property
    def sets(self) -> Chosen:
        """The same answers as sets, for conditions."""
        return {question: frozenset(options) for question, options in self.chosen.items()}

    def pairs(self) -> Iterator[tuple[str, str]]:
        """(question, option) for every choice, as in a query string."""
        return ((question, option) for question, options in self.chosen.items() for option in options)

    def without(self, question: str) -> "Answers":
        return Answers({key: options for key, options in self.chosen.items() if key != question})

    def plain(self, knowledge: Knowledge) -> dict[str, str | list[str]]:
        """The answers as a caller would write them: one option, or a list for questions that take several."""
        many = {id for id, question in knowledge.questions.items() if question.kind == "many"}
        return {q: list(options) if q in many else options[0] for q, options in self.chosen.items()}


def parse_answers(knowledge: Knowledge, raw: Mapping[str, Any], prefix: str = "") -> Answers:
    """Validate raw answers: an option or a list of options for each question; anything else is refused.

    Empty strings are dropped: forms send them for "not sure".

    Raises:
        InvalidFields: with a problem for every question that is missing, unknown or badly answered. Field names
            are the question ids with `prefix` before them.
    """
    given = {question: _options(options) for question, options in raw.items()}
    problems = list(_problems(knowledge, given, prefix))
    if problems:
        raise InvalidFields(problems)
    return accepted_answers(knowledge, {question: options or [] for question, options in given.items()})


def _options(given: Any) -> list[str] | None:
    """The options as a list; None for a value that is neither an option nor a list of them."""
    options = [given] if isinstance(given, str) else given
    if not isinstance(options, list | tuple) or not all(isinstance(option, str) for option in options):
        return None
    return [option for option in options if option != ""]


def accepted_answers(knowledge: Knowledge, raw: Mapping[str, Sequence[str]]) -> Answers:
    """The usable part of raw answers; the rest is dropped without an error. Forms are filled in with it."""
    accepted: dict[str, tuple[str, ...]] = {}
    for id, question in knowledge.questions.items():
        options = tuple(option for option in question.option_ids if option in raw.get(id, ()))
        if options and (question.kind == "many" or len(options) == 1):
            accepted[id] = options
    return Answers(accepted)


def _problems(knowledge: Knowledge, given: Mapping[str, list[str] | None], prefix: str) -> Iterator[FieldProblem]:
    for id, question in knowledge.questions.items():
        message = _question_problem(question, given.get(id, []))
        if message:
            yield FieldProblem(prefix + id, message, question.option_ids)
    for id in given:
        if id not in knowledge.questions:
            yield FieldProblem(prefix + shortened(id), "there is no such question", tuple(knowledge.questions))


def _question_problem(question: Question, options: list[str] | None) -> str | None:
    if options is None:
        return "must be an option or a list of options"
    unknown = [option for option in options if option not in question.option_ids]
    if unknown:
        return f"'{shortened(unknown[0])}' is not one of the options"
    if question.core and not options:
        return "choose at least one option" if question.kind == "many" else "choose one option"
    if question.kind == "one" and len(set(options)) > 1:
        return "choose one option only"
    return None
