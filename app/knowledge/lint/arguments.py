"""Arguments and statements that do not belong together."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from app.errors import LintIssue
from app.knowledge.base import Knowledge
from app.knowledge.drafts import Draft, Drafts
from app.knowledge.models import NAMES, Argument, Claim, Framework, Workload

Statements = Sequence[Draft[Claim] | Draft[Workload]]

SIDE_OF: Mapping[str, Framework] = {"pytorch": "pytorch", "tensorflow": "tensorflow", "keras": "tensorflow"}
"""For whom a statement speaks where the argument has one side: what favours Keras may count for TensorFlow."""


def argument_issues(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    """Arguments without statements, statements without an argument, and statements under the wrong argument.

    Background claims never count, so they need no argument and are no support of one. Neither do claims that find the
    frameworks level need one.
    """
    supported = _supported(drafts)
    for id, draft in drafts["arguments"].items():
        if not supported[id]:
            yield draft.issue("empty-argument", "no statement that counts stands under it")
        yield from _of_other_criteria(knowledge.arguments[id], supported[id])
        yield from _on_the_other_side(knowledge.arguments[id], supported[id])
    yield from _without_argument(drafts)


def _supported(drafts: Drafts) -> Mapping[str, Statements]:
    """Argument → the statements under it that count, in the order of the files."""
    found: dict[str, list[Draft[Claim] | Draft[Workload]]] = defaultdict(list)
    for draft in drafts.all("claims", "workloads"):
        if draft.entry.argument is not None and draft.entry.matters_when is not None:
            found[draft.entry.argument].append(draft)
    return found


def _of_other_criteria(argument: Argument, statements: Statements) -> Iterator[LintIssue]:
    for draft in statements:
        if draft.entry.criterion != argument.criterion:
            message = f"is about {draft.entry.criterion}, its argument '{argument.id}' about {argument.criterion}"
            yield draft.issue("argument-of-another-criterion", message, "argument")


def _on_the_other_side(argument: Argument, statements: Statements) -> Iterator[LintIssue]:
    """One issue for each statement that does not favour what the first one under a one-sided argument favours."""
    if argument.sides == "both":
        return
    claims = [draft for draft in statements if isinstance(draft.entry, Claim) and draft.entry.favours in SIDE_OF]
    for draft in claims[1:]:
        ours, first = SIDE_OF[draft.entry.favours], SIDE_OF[claims[0].entry.favours]
        if ours != first:
            message = (
                f"favours {NAMES[ours]}, and '{claims[0].id}' under the same argument '{argument.id}' favours "
                f"{NAMES[first]}; name another argument, or give that one 'sides: both'"
            )
            yield draft.issue("argument-on-both-sides", message, "argument")


def _without_argument(drafts: Drafts) -> Iterator[LintIssue]:
    for draft in drafts.all("claims", "workloads"):
        entry: Claim | Workload = draft.entry
        takes_sides = isinstance(entry, Workload) or entry.favours != "neither"
        if takes_sides and entry.argument is None and entry.matters_when is not None:
            yield draft.issue("no-argument", "names no argument; without one it counts as a point of its own")
