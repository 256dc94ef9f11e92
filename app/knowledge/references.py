"""What the entries say of each other: every id that is named exists, and every id that exists is used."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import PurePath
from typing import Any

from app.errors import LintIssue
from app.knowledge.drafts import Draft, Drafts
from app.knowledge.models import (
    PRECEDENTS,
    PROJECTS,
    Claim,
    Component,
    ModelPath,
    Option,
    Question,
    Workload,
)
from app.paths import PROBES


def reference_issues(drafts: Drafts, whole: bool, past_probes: Collection[str] = ()) -> list[LintIssue]:
    """Every dangling, doubled and unused id of a rule base.

    `whole` says that nothing is missing from it; otherwise what an entry that could not be read may have used is not
    called unused. `past_probes` may be named besides those that there are.
    """
    probes = probe_ids().union(past_probes)
    issues = [
        *_dangling_ids(drafts),
        *_dangling_probes(drafts, probes),
        *_condition_issues(drafts),
        *_precedent_issues(drafts),
    ]
    if not whole:
        return issues
    missing = list(_missing_collections(drafts))
    if missing:
        return missing
    return [
        *issues,
        *_option_issues(drafts),
        *_unused_sources(drafts),
        *_unused_criteria(drafts),
        *_unused_components(drafts),
        *_unused_roles(drafts),
    ]


def _missing_collections(drafts: Drafts) -> Iterator[LintIssue]:
    for name in ("sources", "criteria", "questions", "claims", "policies", "scoring"):
        if not drafts[name]:
            yield LintIssue("rules", 1, "missing", f"no file has an entry of '{name}'")
    for policy in ("documents", "today"):
        if drafts["policies"] and policy not in drafts["policies"]:
            yield LintIssue("rules", 1, "missing", f"no file has the policy '{policy}'")


Name = tuple[str, str, str]
"""(key, collection, id)"""


def _references(drafts: Drafts) -> Iterator[tuple[Draft[Any], str, str, str]]:
    """(entry, key, collection, id) for every id that an entry names."""
    for collection, names in REFERENCES.items():
        for draft in drafts.all(collection):
            yield from ((draft, *name) for name in names(draft.entry))


def _of_evidence(entry: Claim | Workload) -> Iterator[Name]:
    yield "criterion", "criteria", entry.criterion
    if entry.argument is not None:
        yield "argument", "arguments", entry.argument


def _of_claim(claim: Claim) -> Iterator[Name]:
    yield from _of_evidence(claim)
    yield from (("sources", "sources", citation.id) for citation in claim.sources)
    yield from (("conflicts_with", "claims", other) for other in claim.conflicts_with)
    yield from (("components", "components", component) for component in claim.components)


def _of_path(path: ModelPath) -> Iterator[Name]:
    yield "place", "places", path.place
    if path.claim is not None:
        yield "claim", "claims", path.claim
    yield from (("steps", "components", step.component) for step in path.steps)
    cited = [("sources", path.sources), *(("limits", limit.sources) for limit in path.limits)]
    yield from ((key, "sources", citation.id) for key, citations in cited for citation in citations)


def _of_question(question: Question) -> Iterator[Name]:
    for option in question.options:
        yield from (("options", "criteria", criterion) for criterion in option.raises)


REFERENCES: Mapping[str, Callable[[Any], Iterable[Name]]] = {
    "arguments": lambda argument: [("criterion", "criteria", argument.criterion)],
    "claims": _of_claim,
    "verdicts": lambda verdict: [("id", "claims", verdict.id)],
    "workloads": _of_evidence,
    "components": lambda component: [("successors", "components", id) for id in component.successors],
    "constraints": lambda constraint: [("claim", "claims", constraint.claim)],
    "cautions": lambda caution: [("sources", "sources", citation.id) for citation in caution.sources],
    "alternatives": lambda one: [("sources", "sources", citation.id) for citation in one.sources],
    "stack": lambda pick: [("role", "roles", pick.role), ("component", "components", pick.component)],
    "questions": _of_question,
    "paths": _of_path,
    "scoring": lambda scoring: [("grounds", "questions", scoring.grounds.about)] if scoring.grounds else [],
}


def _dangling_ids(drafts: Drafts) -> Iterator[LintIssue]:
    for draft, key, collection, id in _references(drafts):
        if not drafts.knows(collection, id):
            yield draft.issue("dangling-id", f"'{id}' is none of the {collection}", key)
        elif draft.id == id and collection == "claims" and key == "conflicts_with":
            yield draft.issue("value", "conflicts with itself", key)


def _dangling_probes(drafts: Drafts, known: Collection[str]) -> Iterator[LintIssue]:
    for draft in drafts.all("claims", "workloads"):
        if draft.entry.probe is not None and draft.entry.probe not in known:
            yield draft.issue("dangling-id", f"'{draft.entry.probe}' is none of the probes", "probe")


@cache
def probe_ids() -> frozenset[str]:
    """The ids of the shipped probes: the names of their files. What is in them is none of the rules' business."""
    return probes_among(PROBES.glob("*/*.py"))


def probes_among(paths: Iterable[PurePath]) -> frozenset[str]:
    """The ids of the probes among some files."""
    files = (path for path in paths if path.parent.name in ("capability", "timing") and path.suffix == ".py")
    return frozenset(path.stem for path in files if path.stem[0].islower())


def _condition_issues(drafts: Drafts) -> Iterator[LintIssue]:
    for draft, key, condition in drafts.conditions():
        for question, term in condition.terms():
            if ("questions", question) in drafts.broken:
                continue
            if question not in drafts["questions"]:
                yield draft.issue("dangling-id", f"'{question}' is no question", key)
                continue
            known = drafts["questions"][question].entry.option_ids
            for option in term.options:
                if option not in known:
                    message = f"'{option}' is no option of '{question}' ({', '.join(known)})"
                    yield draft.issue("dangling-id", message, key)


def _precedent_issues(drafts: Drafts) -> Iterator[LintIssue]:
    """Answers of precedents that are no options, and several to a question that takes one."""
    for draft in drafts.all("precedents"):
        for question, options in draft.entry.answers.items():
            if question not in drafts["questions"]:
                if not drafts.knows("questions", question):
                    yield draft.issue("dangling-id", f"'{question}' is no question", "answers")
                continue
            asked: Question = drafts["questions"][question].entry
            unknown = [option for option in options if option not in asked.option_ids]
            if unknown:
                message = f"'{unknown[0]}' is no option of '{question}' ({', '.join(asked.option_ids)})"
                yield draft.issue("dangling-id", message, "answers", question)
            elif asked.kind == "one" and len(options) > 1:
                yield draft.issue("several-answers", f"'{question}' takes one option", "answers", question)


def _option_issues(drafts: Drafts) -> Iterator[LintIssue]:
    users = _layers_that_use(drafts)
    for draft in drafts.all("questions"):
        question: Question = draft.entry
        if len(set(question.option_ids)) != len(question.option_ids):
            yield draft.issue("duplicate-id", "names an option twice", "options")
        for index, option in enumerate(question.options):
            message = _option_fault(option, users[question.id, option.id], draft.file.layer)
            if message:
                yield draft.issue("unused-option", message, "options", index)


def _layers_that_use(drafts: Drafts) -> Mapping[tuple[str, str], set[str]]:
    """(question, option) → the layers (the shipped rules, a host's own) whose conditions name it."""
    users: dict[tuple[str, str], set[str]] = defaultdict(set)
    for draft, _, condition in drafts.conditions():
        for question, term in condition.terms():
            for option in term.options:
                users[question, option].add(draft.file.layer)
    return users


def _option_fault(option: Option, users: set[str], layer: str) -> str | None:
    """An own rule may use an option that is neutral in the shipped ones; within a layer that is a contradiction."""
    if not users and not acts_by_itself(option) and option.neutral_because is None:
        return f"option '{option.id}' is used by no claim, weight, gate or pick; say neutral_because, or drop it"
    if (layer in users or acts_by_itself(option)) and option.neutral_because is not None:
        return f"option '{option.id}' says neutral_because and is used all the same"
    return None


def acts_by_itself(option: Option) -> bool:
    """Whether choosing it has an effect that no other rule states."""
    return bool(option.raises) or option.keeps is not None or option.easy_to_move


def _unused_sources(drafts: Drafts) -> Iterator[LintIssue]:
    cited = {id for _, _, collection, id in _references(drafts) if collection == "sources"}
    cited |= {id for id, draft in drafts["sources"].items() if draft.entry.kind == "measured"}  # by what will be found
    cited |= {PROJECTS} if drafts["precedents"] else set()
    yield from _unused(drafts, "sources", cited, "is cited by no claim, caution or path")


def _unused_criteria(drafts: Drafts) -> Iterator[LintIssue]:
    with_claims = {draft.entry.criterion for draft in drafts.all("claims")}
    with_claims |= {PRECEDENTS} if drafts["precedents"] else set()
    yield from _unused(drafts, "criteria", with_claims, "has no claim")


def _unused_components(drafts: Drafts) -> Iterator[LintIssue]:
    used = {draft.entry.component for draft in drafts.all("stack")}
    for draft in drafts.all("claims"):
        used.update(draft.entry.components)
    for draft in drafts.all("paths"):
        used.update(step.component for step in draft.entry.steps)
    for draft in drafts.all("components"):
        component: Component = draft.entry
        used.update(component.successors)
    yield from _unused(drafts, "components", used, "is in no pick, claim, path or list of successors")


def _unused_roles(drafts: Drafts) -> Iterator[LintIssue]:
    yield from _unused(drafts, "roles", {draft.entry.role for draft in drafts.all("stack")}, "has no pick")


def _unused(drafts: Drafts, collection: str, used: Iterable[str], message: str) -> Iterator[LintIssue]:
    for id, draft in drafts[collection].items():
        if id not in used:
            yield draft.issue("unused-id", message)
