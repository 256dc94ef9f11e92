"""From parsed files to validated entries that still know their place, so that every later issue can name it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.errors import LintIssue
from app.knowledge.conditions import Condition
from app.knowledge.files import Location, RuleFile
from app.knowledge.models import (
    Alternative,
    Argument,
    Caution,
    Claim,
    Component,
    Constraint,
    Criterion,
    Entry,
    ModelPath,
    Pick,
    Place,
    Policy,
    Precedent,
    Question,
    Role,
    Scoring,
    ShippedVerdict,
    Source,
    Workload,
)

COLLECTIONS: dict[str, type[Entry]] = {
    "sources": Source,
    "criteria": Criterion,
    "arguments": Argument,
    "questions": Question,
    "claims": Claim,
    "verdicts": ShippedVerdict,
    "workloads": Workload,
    "components": Component,
    "constraints": Constraint,
    "cautions": Caution,
    "alternatives": Alternative,
    "places": Place,
    "paths": ModelPath,
    "roles": Role,
    "policies": Policy,
    "precedents": Precedent,
    "stack": Pick,
}
"""The lists that a rule file may hold, and the model of their entries. `scoring` is a single entry beside them."""

EntryT = TypeVar("EntryT", bound=Entry)


@dataclass(frozen=True)
class Draft(Generic[EntryT]):
    """A valid entry and where it stands."""

    entry: EntryT
    file: RuleFile
    at: Location

    @property
    def id(self) -> str:
        return str(getattr(self.entry, "id", f"{'.'.join(str(part) for part in self.at)}"))

    def issue(self, rule: str, message: str, *inside: str | int) -> LintIssue:
        """An issue about this entry, or about the place `inside` it."""
        return LintIssue(self.file.name, self.file.line((*self.at, *inside)), rule, f"{self.id}: {message}")


class Drafts(dict[str, dict[str, Draft[Any]]]):
    """Collection → id → draft, in the order in which the entries are to be used.

    `broken` holds (collection, id) of entries that are there and not valid: naming them is no fault of its own.
    """

    def __init__(self, entries: Mapping[str, dict[str, Draft[Any]]] | None = None) -> None:
        super().__init__(entries or {})
        self.broken: set[tuple[str, str]] = set()

    def knows(self, collection: str, id: str) -> bool:
        """Whether an entry of this id exists, valid or not."""
        return id in self[collection] or (collection, id) in self.broken

    def __missing__(self, collection: str) -> dict[str, Draft[Any]]:
        self[collection] = {}
        return self[collection]

    def all(self, *collections: str) -> Iterator[Draft[Any]]:
        """The drafts of some collections, one after the other."""
        for collection in collections:
            yield from self[collection].values()

    def conditions(self) -> Iterator[tuple[Draft[Any], str, Condition]]:
        """Every condition of the rule base: the entry that it belongs to, its key there, and the condition."""
        for draft in self.all("claims"):
            if draft.entry.matters_when is not None:
                yield draft, "matters_when", draft.entry.matters_when
        for draft in self.all("workloads"):
            yield draft, "matters_when", draft.entry.matters_when
        for draft in self.all("claims", "workloads"):
            if draft.entry.unless is not None:
                yield draft, "unless", draft.entry.unless
        for draft in self.all("constraints", "cautions", "alternatives", "places", "stack"):
            yield draft, "when", draft.entry.when


@dataclass(frozen=True)
class FileDrafts:
    """What a file holds: its valid entries by collection, (collection, id) of the others, and what is wrong."""

    drafts: list[tuple[str, Draft[Any]]]
    broken: set[tuple[str, str]]
    issues: list[LintIssue]


def drafts_of(file: RuleFile) -> FileDrafts:
    """Validate every entry of a file."""
    drafts: list[tuple[str, Draft[Any]]] = []
    broken: set[tuple[str, str]] = set()
    issues: list[LintIssue] = []
    for key, at, value in _raw_entries(file):
        model = Scoring if key == "scoring" else COLLECTIONS.get(key)
        if model is None or value is None:
            issues.append(_misplaced(file, key, at))
            continue
        try:
            drafts.append((key, Draft(model.model_validate(value), file, at)))
        except ValidationError as error:
            broken.add((key, str(value.get("id")) if isinstance(value, dict) else ""))
            issues.extend(_issue(file, at, value, details) for details in error.errors())
    return FileDrafts(drafts, broken, issues)


def _raw_entries(file: RuleFile) -> Iterator[tuple[str, Location, Any]]:
    """(collection, place, value) of each entry; the value is None where the collection has no usable shape."""
    for key, value in file.data.items():
        if key in COLLECTIONS and isinstance(value, list):
            yield from ((key, (key, index), item or {}) for index, item in enumerate(value))
        elif key == "scoring" and isinstance(value, dict):
            yield key, (key,), value
        else:
            yield str(key), (str(key),), None


def _misplaced(file: RuleFile, key: str, at: Location) -> LintIssue:
    if key in COLLECTIONS:
        return LintIssue(file.name, file.line(at), "shape", f"'{key}' must be a list of entries")
    if key == "scoring":
        return LintIssue(file.name, file.line(at), "shape", "'scoring' must be a mapping")
    allowed = ", ".join([*COLLECTIONS, "scoring"])
    return LintIssue(file.name, file.line(at), "unknown-key", f"unknown key '{key}'; allowed: {allowed}")


def _issue(file: RuleFile, at: Location, value: Any, details: ErrorDetails) -> LintIssue:
    place = tuple(part for part in details["loc"] if part != "alternatives")
    who = value.get("id", at[0]) if isinstance(value, dict) else "entry"
    where = ".".join(str(part) for part in place)
    message = _message(details)
    if details["type"] == "extra_forbidden":
        return LintIssue(file.name, file.line((*at, *place)), "unknown-key", f"{who}: unknown key '{where}'")
    if details["type"] == "missing":
        return LintIssue(file.name, file.line((*at, *place)), "missing-key", f"{who}: missing key '{where}'")
    text = f"{who}: {where}: {message}" if where else f"{who}: {message}"
    return LintIssue(file.name, file.line((*at, *place)), "value", text)


def _message(details: ErrorDetails) -> str:
    if details["type"] == "too_short":
        fewest = details["ctx"]["min_length"]
        return f"needs at least {fewest} {'entry' if fewest == 1 else 'entries'}"
    return details["msg"].removeprefix("Value error, ")
