"""Answers made from a claim's own condition, so that the claim applies."""

from collections.abc import Iterator

from app.knowledge.conditions import Term
from app.knowledge.models import Claim, Question
from tests.support.advice.answer_sets import RawAnswers, completed, shipped_rules


def suitable_options(question: Question, term: Term) -> list[str]:
    """An answer to the question as the term wants it: all of `all`, one of `any`, or one that `none` leaves."""
    wanted = [*term.all, *[option for option in term.any if option not in term.none][:1]]
    allowed = [option for option in question.option_ids if option not in term.none]
    return list(dict.fromkeys(wanted)) or allowed[:1]


def answers_from_condition(claim: Claim) -> Iterator[RawAnswers]:
    """For each alternative of the claim's own condition, answers that meet it and say little besides."""
    assert claim.matters_when is not None
    questions = shipped_rules().questions
    for alternative in claim.matters_when.alternatives:
        yield completed({id: suitable_options(questions[id], term) for id, term in alternative.items()})
