"""Whether any set of answers can meet a condition, decided from the questions alone."""

from collections.abc import Iterator, Mapping

from app.knowledge.base import Knowledge
from app.knowledge.conditions import Condition, Term
from app.knowledge.models import Question


def can_hold(knowledge: Knowledge, condition: Condition) -> bool:
    """Whether some answers meet the condition."""
    return any(alternative_can_hold(knowledge, alternative) for alternative in condition.alternatives)


def alternative_can_hold(knowledge: Knowledge, alternative: Mapping[str, Term]) -> bool:
    """Whether some answers meet every term of an alternative; questions are answered independently of each other."""
    return all(witness(knowledge.questions[question], term) is not None for question, term in alternative.items())


def witness(question: Question, term: Term) -> frozenset[str] | None:
    """An answer to the question that the term accepts, as small as possible; None when there is none."""
    return next((answer for answer in _candidates(question, term) if term.holds(answer)), None)


def _candidates(question: Question, term: Term) -> Iterator[frozenset[str]]:
    """If any answer fits, one of these does: a single option, or for `many` all that is required and one more."""
    yield from (frozenset({option}) for option in question.option_ids)
    if question.kind == "many":
        yield frozenset(term.all)
        yield from (frozenset({*term.all, option}) for option in term.any)


def example_answers(knowledge: Knowledge, condition: Condition) -> dict[str, frozenset[str]] | None:
    """The smallest answers that meet the first alternative that can hold; None when none can."""
    for alternative in condition.alternatives:
        answers = {id: witness(knowledge.questions[id], term) for id, term in alternative.items()}
        if all(answer is not None for answer in answers.values()):
            return {id: answer for id, answer in answers.items() if answer is not None}
    return None
