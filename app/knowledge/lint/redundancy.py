"""Rules that another rule makes needless: the advice would be the same without them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from app.errors import LintIssue
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Condition
from app.knowledge.drafts import Draft, Drafts
from app.knowledge.lint.implication import Alternative, alternative_implies, condition_implies, is_covered
from app.knowledge.lint.satisfiable import alternative_can_hold, can_hold
from app.knowledge.models import Caution, Claim, Constraint, Pick, Workload


def redundancy_issues(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    """Everything of a rule base that something else of it makes needless."""
    yield from _needless_alternatives(knowledge, drafts)
    yield from _excepted_alternatives(knowledge, drafts)
    yield from _duplicate_claims(drafts)
    yield from _duplicate_gates(knowledge, drafts)
    yield from _covered_picks(knowledge, drafts)


def _needless_alternatives(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    """A dead alternative is found as such; here it neither makes another needless nor is it made so."""
    for draft, key, condition in drafts.conditions():
        alive = [(i, a) for i, a in enumerate(condition.alternatives) if alternative_can_hold(knowledge, a)]
        for index, alternative in alive:
            others = [(i, other) for i, other in alive if i != index]
            yield from _needless(knowledge, draft, key, index, alternative, others)


def _needless(
    knowledge: Knowledge,
    draft: Draft[Any],
    key: str,
    index: int,
    alternative: Alternative,
    others: Iterable[tuple[int, Alternative]],
) -> Iterator[LintIssue]:
    """At most one issue: of alternatives that are equal to each other the first stays."""
    wider = [(i, other) for i, other in others if alternative_implies(knowledge, alternative, other)]
    equal = [i for i, other in wider if alternative_implies(knowledge, other, alternative)]
    if len(wider) > len(equal):
        at = next(i for i, _ in wider if i not in equal)
        message = f"whatever meets this alternative meets alternative {at + 1} too"
        yield draft.issue("shadowed-alternative", message, key, index)
    elif equal and equal[0] < index:
        message = f"this alternative holds where alternative {equal[0] + 1} does"
        yield draft.issue("duplicate-alternative", message, key, index)


def never_matters(knowledge: Knowledge, entry: Claim | Workload) -> bool:
    """Whether `unless` excepts everything that `matters_when` asks for."""
    if entry.matters_when is None or entry.unless is None or not can_hold(knowledge, entry.matters_when):
        return False
    return condition_implies(knowledge, entry.matters_when, entry.unless)


def _excepted_alternatives(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    """A claim or workload all of whose alternatives are excepted is dead as a whole."""
    for draft in drafts.all("claims", "workloads"):
        entry: Claim | Workload = draft.entry
        if entry.matters_when is None or entry.unless is None or never_matters(knowledge, entry):
            continue
        for index, alternative in enumerate(entry.matters_when.alternatives):
            if alternative_can_hold(knowledge, alternative) and _is_excepted(knowledge, alternative, entry.unless):
                message = "unless excepts all answers that meet this alternative"
                yield draft.issue("dead-alternative", message, "matters_when", index)


def _is_excepted(knowledge: Knowledge, alternative: Alternative, unless: Condition) -> bool:
    return is_covered(knowledge, alternative, unless.alternatives)


def same_words(text: str) -> str:
    """A text without what two writers may do differently: case, spaces and punctuation."""
    return "".join(re.findall(r"\w+", text.casefold()))


def _duplicate_claims(drafts: Drafts) -> Iterator[LintIssue]:
    first: dict[str, str] = {}
    for id, draft in drafts["claims"].items():
        before = first.setdefault(same_words(draft.entry.statement), id)
        if before != id:
            yield draft.issue("duplicate-claim", f"says what '{before}' says, word for word", "statement")


def _duplicate_gates(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    for collection in ("constraints", "cautions", "alternatives"):
        for before, draft in combinations(drafts.all(collection), 2):
            if _say_the_same(before.entry, draft.entry) and _hold_alike(knowledge, before.entry, draft.entry):
                message = f"stands and says the same as '{before.id}'"
                yield draft.issue("duplicate-condition", message, "when")


def _say_the_same(one: Constraint | Caution, other: Constraint | Caution) -> bool:
    """Constraints say the same by one claim or in the same words; cautions in the same words."""
    if isinstance(one, Constraint) and isinstance(other, Constraint):
        if one.requires != other.requires:
            return False
        if one.claim == other.claim:
            return True
    return same_words(one.text) == same_words(other.text)


def _hold_alike(knowledge: Knowledge, one: Constraint | Caution, other: Constraint | Caution) -> bool:
    """Two conditions that never hold are each dead, not doubled."""
    return (
        can_hold(knowledge, one.when)
        and condition_implies(knowledge, one.when, other.when)
        and condition_implies(knowledge, other.when, one.when)
    )


def _covered_picks(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    """Own picks are there to go before the shipped ones, so a pick is only held against those of its own layer."""
    picks: dict[str, list[Pick]] = defaultdict(list)
    for draft in drafts.all("stack"):
        pick: Pick = draft.entry
        before = picks[draft.file.layer]
        if can_hold(knowledge, pick.when) and _is_covered(knowledge, pick, before):
            yield draft.issue("unreachable-pick", "a pick before it always holds where this one does")
        before.append(pick)


def _is_covered(knowledge: Knowledge, pick: Pick, before: Iterable[Pick]) -> bool:
    return all(
        is_covered(knowledge, alternative, _taken_by(before, pick, policy))
        for policy in _policies(pick)
        for alternative in pick.when.alternatives
    )


def _taken_by(before: Iterable[Pick], pick: Pick, policy: str) -> list[Alternative]:
    """The alternatives of the picks that are taken instead of this one."""
    return [a for other in before if _goes_before(other, pick, policy) for a in other.when.alternatives]


def _policies(pick: Pick) -> tuple[str, ...]:
    return ("documents", "today") if pick.policy == "both" else (pick.policy,)


def _goes_before(other: Pick, pick: Pick, policy: str) -> bool:
    """Whether the other is taken instead wherever its condition holds: it asks for no more Keras evidence."""
    return (
        (other.role, other.framework) == (pick.role, pick.framework)
        and policy in _policies(other)
        and (other.keras_evidence or 0) <= (pick.keras_evidence or 0)
    )
