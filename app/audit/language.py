"""How the rules speak of the two frameworks: words that judge, and who is named first."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.errors import LintIssue
from app.knowledge.drafts import Draft, Drafts
from app.knowledge.models import FRAMEWORKS, NAMES, Framework, Question

LOADED = (
    *("amazing", "awesome", "awful", "beautiful", "brilliant", "clumsy", "crappy", "elegant", "excellent", "fantastic"),
    *("horrible", "ideal", "impressive", "lousy", "magnificent", "marvellous", "outstanding", "perfect", "pathetic"),
    *("sadly", "stupid", "superb", "terrible", "ugly", "unfortunately", "wonderful", "obviously", "of course"),
)
"""Words that judge rather than say what is the case: whoever reads them learns what the writer likes."""

_LOADED = re.compile(rf"\b({'|'.join(LOADED)})(?:ly)?\b", re.IGNORECASE)
_NAMED = re.compile(rf"\b({'|'.join(NAMES[framework] for framework in FRAMEWORKS)})\b")


@dataclass(frozen=True)
class Passage:
    """A text of the rules that visitors read. `kind`: argument, statement, note, question, label or gate."""

    kind: str
    draft: Draft[Any]
    at: tuple[str | int, ...]
    text: str


def passages(drafts: Drafts) -> Iterator[Passage]:
    """The texts that the audit reads, in the order of the rules."""
    for draft in drafts.all("arguments"):
        yield Passage("argument", draft, ("name",), draft.entry.name)
    for draft in drafts.all("claims"):
        yield Passage("statement", draft, ("statement",), draft.entry.statement)
        if draft.entry.note:
            yield Passage("note", draft, ("note",), draft.entry.note)
    for draft in drafts.all("questions"):
        yield from _of_question(draft)
    for draft in drafts.all("constraints", "cautions", "alternatives"):
        yield Passage("gate", draft, ("text",), draft.entry.text)


def _of_question(draft: Draft[Question]) -> Iterator[Passage]:
    yield Passage("question", draft, ("ask",), draft.entry.ask)
    yield Passage("question", draft, ("help",), draft.entry.help)
    for index, option in enumerate(draft.entry.options):
        for key, text in (("label", option.label), ("hint", option.hint)):
            if text:
                yield Passage("label", draft, ("options", index, key), text)


def loaded_words(drafts: Drafts) -> Iterator[LintIssue]:
    """An issue for each loaded word."""
    for passage in passages(drafts):
        for match in _LOADED.finditer(passage.text):
            message = f"'{match[0]}' judges; say what is the case"
            yield passage.draft.issue("loaded-word", message, *passage.at)


def first_named(texts: Iterable[str]) -> Framework | None:
    """The framework that is named first where texts name both; None where they do not."""
    found = [name for text in texts for name in _NAMED.findall(text)]
    if len(set(found)) < len(FRAMEWORKS):
        return None
    return next(framework for framework in FRAMEWORKS if NAMES[framework] == found[0])


def option_orders(drafts: Drafts) -> dict[str, Framework]:
    """Question → the framework whose option comes first, for the questions whose options name both."""
    found = {id: first_named(_option_texts(draft.entry)) for id, draft in drafts["questions"].items()}
    return {id: framework for id, framework in found.items() if framework is not None}


def _option_texts(question: Question) -> Iterator[str]:
    return (f"{option.label} {option.hint or ''}" for option in question.options)


def unequal_order(drafts: Drafts) -> Iterator[LintIssue]:
    """An issue for each question that names both, when all of them begin with the same and the alphabet does not.

    One order for all is what a reader expects, and it is neutral when it is the alphabet's.
    """
    orders = option_orders(drafts)
    if len(set(orders.values())) == 1 and min(NAMES[framework] for framework in FRAMEWORKS) not in _names(orders):
        for id, framework in orders.items():
            message = f"all questions that name both list {NAMES[framework]} first, and not for the alphabet's sake"
            yield drafts["questions"][id].issue("unequal-order", message, "options")


def _names(orders: dict[str, Framework]) -> set[str]:
    return {NAMES[framework] for framework in orders.values()}
