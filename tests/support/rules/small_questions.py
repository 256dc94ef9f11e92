"""Small questions all of whose answers can be tried, and random conditions on them with a naive reading of each."""

from collections.abc import Iterator
from itertools import chain, combinations, product
from typing import Any, Literal

from hypothesis import strategies as st

from app.knowledge.models import Option, Question
from tests.support.rules.rule_files import knowledge_of

RawCondition = str | list[dict[str, Any]]
"""A condition as a rule file writes it."""

OPTIONS = ("a", "b", "c", "d")
KINDS: dict[str, Literal["one", "many"]] = {"single": "one", "several": "many", "pair": "many"}


def question(id: str, kind: Literal["one", "many"], options: tuple[str, ...] = OPTIONS) -> Question:
    return Question(
        id=id, ask="A?", help="H.", kind=kind, options=tuple(Option(id=option, label=option) for option in options)
    )


QUESTIONS = {id: question(id, kind, OPTIONS[:2] if id == "pair" else OPTIONS) for id, kind in KINDS.items()}
RULES = knowledge_of(*QUESTIONS.values())


@st.composite
def raw_terms(draw: st.DrawFn, options: tuple[str, ...]) -> Any:
    """A list of options, or any, all and none of them; each option at most once."""
    named = draw(st.lists(st.sampled_from(options), min_size=1, unique=True))
    if draw(st.booleans()):
        return named
    term: dict[str, list[str]] = {}
    for option in named:
        term.setdefault(draw(st.sampled_from(("any", "all", "none"))), []).append(option)
    return term


def raw_conditions() -> st.SearchStrategy[RawCondition]:
    terms = {id: raw_terms(question.option_ids) for id, question in QUESTIONS.items()}
    alternatives = st.fixed_dictionaries({}, optional=terms).filter(bool)
    return st.just("always") | st.lists(alternatives, min_size=1, max_size=3)


def any_answers() -> st.SearchStrategy[dict[str, frozenset[str]]]:
    """Some questions with some options; more of them than a question for one allows, to try the condition alone."""
    chosen = {id: st.frozensets(st.sampled_from(q.option_ids), min_size=1) for id, q in QUESTIONS.items()}
    return st.fixed_dictionaries({}, optional=chosen)


def naive_term(raw: Any, chosen: frozenset[str]) -> bool:
    term = {"any": raw} if isinstance(raw, list) else raw
    if not chosen:
        return False
    fits_any = "any" not in term or any(option in chosen for option in term["any"])
    fits_all = all(option in chosen for option in term.get("all", []))
    return fits_any and fits_all and not any(option in chosen for option in term.get("none", []))


def naive_holds(raw: RawCondition, answers: dict[str, frozenset[str]]) -> bool:
    if isinstance(raw, str):
        return True
    for alternative in raw:
        if all(naive_term(term, answers.get(id, frozenset())) for id, term in alternative.items()):
            return True
    return False


def subsets(options: tuple[str, ...]) -> Iterator[frozenset[str]]:
    sizes = range(1, len(options) + 1)
    return map(frozenset, chain.from_iterable(combinations(options, size) for size in sizes))


def allowed_answers(question: Question) -> list[frozenset[str]]:
    """Every answer that may be given, and none (empty)."""
    given = subsets(question.option_ids)
    return [frozenset(), *(answer for answer in given if question.kind == "many" or len(answer) == 1)]


def all_answers() -> Iterator[dict[str, frozenset[str]]]:
    for choice in product(*(allowed_answers(question) for question in QUESTIONS.values())):
        yield {id: answer for id, answer in zip(QUESTIONS, choice, strict=True) if answer}


EVERY_ANSWER = tuple(all_answers())
