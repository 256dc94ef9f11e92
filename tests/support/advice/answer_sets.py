"""The shipped rules, random valid answers to their questionnaire, and the advice on them."""

import random
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache

from hypothesis import settings
from hypothesis import strategies as st

from app.advice.advise import advise
from app.advice.model.answers import parse_answers
from app.advice.model.priorities import NONE, Priorities
from app.advice.preferences import DEFAULT_SEARCH, FlipSearch, Preferences
from app.advice.schema.advice import Advice
from app.advice.schema.reasons import Statement
from app.knowledge.base import Knowledge
from app.knowledge.loader import load
from app.knowledge.local_evidence import AS_SHIPPED, LocalEvidence
from app.knowledge.models import PolicyId, Question
from tests.support.sizes import size

RawAnswers = dict[str, list[str]]
"""Question id → chosen option ids, as a query string brings them."""

POLICIES: tuple[PolicyId, PolicyId] = ("documents", "today")

FRESH = date(2026, 12, 1)
"""A day on which no fact is due for review yet."""

PROPERTY = settings(max_examples=size(30, 100), deadline=None, derandomize=True, database=None)
"""For property tests: the same examples on every machine, and no file left behind."""

SAMPLE_SIZE = 3
"""The most options that a random answer chooses, except now and then all of them."""


@cache
def shipped_rules() -> Knowledge:
    """The rules that come with Tiebreak, read once."""
    return load()


def statements_of(advice: Advice) -> list[Statement]:
    """The statements of all reasons: those that count, and those that corroborate them."""
    return [statement for reason in advice.reasons for statement in reason.statements]


def advice_on(
    raw: RawAnswers,
    policy: PolicyId = "today",
    day: date = FRESH,
    knowledge: Knowledge | None = None,
    evidence: LocalEvidence = AS_SHIPPED,
    priorities: Priorities = NONE,
    flips: FlipSearch = DEFAULT_SEARCH,
) -> Advice:
    """The engine's advice on valid raw answers."""
    rules = knowledge or shipped_rules()
    return advise(rules, parse_answers(rules, raw), Preferences(policy, priorities, flips=flips), day, evidence)


def answer_sets() -> st.SearchStrategy[RawAnswers]:
    """Any valid answers: the core questions always, the others or not."""
    required = {q.id: _choices(q) for q in shipped_rules().questions.values() if q.core}
    optional = {q.id: _choices(q) for q in shipped_rules().questions.values() if not q.core}
    return st.fixed_dictionaries(required, optional=optional)


def policies() -> st.SearchStrategy[PolicyId]:
    return st.sampled_from(POLICIES)


def seeded_answers(seed: int, count: int) -> Iterator[RawAnswers]:
    """The same `count` random answers for the same seed."""
    rng = random.Random(seed)
    return (_random_answers(rng, shipped_rules().questions.values()) for _ in range(count))


def completed(partial: RawAnswers) -> RawAnswers:
    """The answers with each core question that they leave open answered by its first option."""
    first = {q.id: [q.option_ids[0]] for q in shipped_rules().questions.values() if q.core}
    return first | partial


def _choices(question: Question) -> st.SearchStrategy[list[str]]:
    most = 1 if question.kind == "one" else len(question.options)
    return st.lists(st.sampled_from(question.option_ids), min_size=1, max_size=most, unique=True)


def _random_answers(rng: random.Random, questions: Iterable[Question]) -> RawAnswers:
    return {q.id: _random_choice(rng, q) for q in questions if q.core or rng.random() < 0.6}


def _random_choice(rng: random.Random, question: Question) -> list[str]:
    if question.kind == "one":
        return [rng.choice(question.option_ids)]
    size = len(question.options) if rng.random() < 0.02 else rng.randint(1, SAMPLE_SIZE)
    return rng.sample(question.option_ids, min(size, len(question.options)))
