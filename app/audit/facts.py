"""Whether the facts that carry checks still hold, by the package index that pip is set up with."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from app.audit.package_index import Listed, Query, ask, with_tag
from app.knowledge.base import Knowledge
from app.knowledge.models import FactCheck
from app.knowledge.models.facts import numbers_of

AT_A_TIME = 4
"""How many questions are put to the index side by side."""

FactOutcome = Literal["holds", "no_longer_holds", "not_checked"]


@dataclass(frozen=True)
class FactResult:
    """One check of a claim. `found`: what the index has, or why it was not asked."""

    claim: str
    check: FactCheck
    outcome: FactOutcome
    found: str


def check_facts(knowledge: Knowledge, index: Callable[[Query], Listed] = ask) -> tuple[FactResult, ...]:
    """The result of every check of every claim, in the order of the rules. Changes nothing."""
    checks = [(claim.id, check) for claim in knowledge.claims.values() for check in claim.checks]
    queries = list(dict.fromkeys(query for _, check in checks for query in _queries(check)))
    answers = _answers(queries, index)
    return tuple(_result(id, check, answers) for id, check in checks)


def _answers(queries: Sequence[Query], index: Callable[[Query], Listed]) -> Mapping[Query, Listed]:
    """The first question tells whether an index answers at all: if it does not, nobody waits for the others."""
    if not queries:
        return {}
    first = index(queries[0])
    if first.versions is None:
        return dict.fromkeys(queries, first)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return dict(zip(queries, (first, *pool.map(index, queries[1:])), strict=True))


def _queries(check: FactCheck) -> Iterator[Query]:
    yield Query(check.package, check.python)
    if check.tag is not None:
        yield with_tag(check.package, check.tag)


def _result(claim: str, check: FactCheck, answers: Mapping[Query, Listed]) -> FactResult:
    listed = [answers[query] for query in _queries(check)]
    silent = next((one for one in listed if one.versions is None), None)
    if silent is not None:
        return FactResult(claim, check, "not_checked", silent.why_not)
    all_of_it, *tagged = [one.versions or () for one in listed]
    if not all_of_it:
        why = f"the index has no release of {check.package} for Python {check.python}"
        return FactResult(claim, check, "not_checked", why)
    newest = all_of_it[0]
    if tagged:
        return _of_wheels(claim, check, newest, tagged[0])
    holds = _is_newest(check, newest)
    return FactResult(claim, check, "holds" if holds else "no_longer_holds", f"the newest is {newest}")


def _is_newest(check: FactCheck, newest: str) -> bool:
    series = numbers_of(check.newest or check.newer_than or "")
    numbers = numbers_of(newest)[: len(series)]
    return numbers == series if check.newest is not None else numbers > series


def _of_wheels(claim: str, check: FactCheck, newest: str, tagged: tuple[str, ...]) -> FactResult:
    """A wheel counts when it is one of the newest release: an old one helps nobody who installs today."""
    there = bool(tagged) and numbers_of(tagged[0]) >= numbers_of(newest)
    holds = there == (check.has is not None)
    latest = f"{tagged[0]} is the newest with such a wheel" if tagged else "no release has such a wheel"
    return FactResult(claim, check, "holds" if holds else "no_longer_holds", f"{latest}, {newest} the newest of all")
