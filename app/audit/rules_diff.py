"""What differs between two rule bases, and one difference at a time taken over from the one into the other.

Only what can change a recommendation is looked at: a claim with another wording is the same claim here. A claim's
verdict is part of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from app.advice.model.evidence import trust
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Condition
from app.knowledge.models import Entry, PolicyId

PROSE: Mapping[str, Any] = {
    "sources": {"title", "date", "author", "publisher", "note"},
    "criteria": {"name", "about"},
    "questions": {"ask": True, "help": True, "options": {"__all__": {"label", "hint", "neutral_because"}}},
    "claims": {
        *("statement", "note", "background", "succeeded_by", "conflicts_with", "components", "probe", "expects"),
        *("kind", "checked_on"),
    },
    "constraints": {"text", "lifted_by"},
    "places": {"name"},
    "paths": {"steps", "sources", "limits", "lifted_by", "checked_on", "review_by"},
    "policies": {"name", "about"},
}
"""The collections that decide a recommendation, and what of their entries takes no part in it."""

SCORING = ("scoring", "scoring")

Key = tuple[str, str]
"""(collection, id)"""


@dataclass(frozen=True)
class RuleChange:
    """An entry that differs."""

    collection: str
    id: str
    action: Literal["added", "removed", "changed"]

    @property
    def key(self) -> Key:
        return self.collection, self.id


def changes(old: Knowledge, new: Knowledge) -> Iterator[RuleChange]:
    """The entries that differ in what decides."""
    for name, prose in PROSE.items():
        before, after = _entries(old, name), _entries(new, name)
        for id in dict.fromkeys([*before, *after]):
            if id not in before:
                yield RuleChange(name, id, "added")
            elif id not in after:
                yield RuleChange(name, id, "removed")
            elif before[id].model_dump(exclude=prose) != after[id].model_dump(exclude=prose):
                yield RuleChange(name, id, "changed")
    if old.scoring != new.scoring:
        yield RuleChange(*SCORING, "changed")


def is_inert(change: RuleChange, old: Knowledge, new: Knowledge, policy: PolicyId, day: date) -> bool:
    """Whether a claim differs in nothing but a status that the policy trusts alike.

    Under `documents` a new run of all probes makes no other changes: judging each of them would take most of the time.
    """
    if change.collection != "claims" or change.action != "changed":
        return False
    one, other = old.claims[change.id], new.claims[change.id]
    trusted = [trust(rules, claim, old.policies[policy], day) for rules, claim in ((old, one), (new, other))]
    prose = {*PROSE["claims"], "status", "review_by"}
    return trusted[0] == trusted[1] and one.model_dump(exclude=prose) == other.model_dump(exclude=prose)


def take_over(old: Knowledge, new: Knowledge, change: RuleChange) -> tuple[Knowledge, tuple[Key, ...]]:
    """The old rules with one change of the new ones, and what had to come along for no id to dangle."""
    taken: dict[Key, None] = {change.key: None}
    mixed = _mixed(old, new, taken)
    while (dangling := next(_dangling(mixed), None)) is not None:
        namer, named = dangling
        usable = named not in taken and named[1] in _entries(new, named[0])
        taken[named if usable else namer] = None
        mixed = _mixed(old, new, taken)
    return mixed, tuple(key for key in taken if key != change.key)


def _entries(knowledge: Knowledge, collection: str) -> Mapping[str, Entry]:
    entries: Mapping[str, Entry] = getattr(knowledge, collection)
    return entries


def _mixed(old: Knowledge, new: Knowledge, taken: Mapping[Key, None]) -> Knowledge:
    """The old rules, with the entries of these keys as they are, or are not, in the new ones."""
    collections: dict[str, Any] = {}
    for name in PROSE:
        before, after = _entries(old, name), _entries(new, name)
        kept = {id: after.get(id) if (name, id) in taken else entry for id, entry in before.items()}
        added = {id: entry for id, entry in after.items() if (name, id) in taken and id not in before}
        whole = {**kept, **added}
        collections[name] = MappingProxyType({id: entry for id, entry in whole.items() if entry is not None})
    return replace(old, **collections, scoring=new.scoring if SCORING in taken else old.scoring)


def _dangling(knowledge: Knowledge) -> Iterator[tuple[Key, Key]]:
    """(who names, what is named) for every id that an entry names and that is not there."""
    for id, claim in knowledge.claims.items():
        names = [("criteria", claim.criterion), *(("sources", citation.id) for citation in claim.sources)]
        yield from _missing(knowledge, ("claims", id), names)
        yield from ((("claims", id), key) for key in _unasked(knowledge, claim.matters_when, claim.unless))
    for id, constraint in knowledge.constraints.items():
        yield from _missing(knowledge, ("constraints", id), [("claims", constraint.claim)])
        yield from ((("constraints", id), key) for key in _unasked(knowledge, constraint.when))
    for id, place in knowledge.places.items():
        yield from ((("places", id), key) for key in _unasked(knowledge, place.when))
    for id, path in knowledge.paths.items():
        behind = [("claims", path.claim)] if path.claim else []
        yield from _missing(knowledge, ("paths", id), [("places", path.place), *behind])
    for id, question in knowledge.questions.items():
        names = [("criteria", criterion) for option in question.options for criterion in option.raises]
        yield from _missing(knowledge, ("questions", id), names)


def _missing(knowledge: Knowledge, namer: Key, names: list[Key]) -> Iterator[tuple[Key, Key]]:
    return ((namer, name) for name in names if name[1] not in _entries(knowledge, name[0]))


def _unasked(knowledge: Knowledge, *conditions: Condition | None) -> Iterator[Key]:
    """The questions that conditions name and that are not there, or lack an option that is named."""
    for condition in conditions:
        for question, term in condition.terms() if condition else ():
            asked = knowledge.questions.get(question)
            if asked is None or not set(term.options) <= set(asked.option_ids):
                yield "questions", question
