"""Paths that are missing, that nobody can walk, or that promise more than their steps can keep."""

from collections.abc import Iterator, Mapping

from app.errors import LintIssue
from app.knowledge.base import Knowledge
from app.knowledge.drafts import Drafts
from app.knowledge.lint.satisfiable import can_hold
from app.knowledge.models import FRAMEWORKS, NAMES, ComponentState, ModelPath
from app.knowledge.models.paths import EXPERIMENTAL, LIMITED, NO_WAY, TRODDEN_WORDS

AT_MOST: Mapping[ComponentState, int] = {"maintenance": LIMITED, "moved": EXPERIMENTAL, "retired": EXPERIMENTAL}
"""How well trodden a path can be at most with a component in this state; in any other it can be usual."""


def path_issues(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    """Everything that is wrong with the places and the paths of a rule base."""
    yield from _missing_paths(knowledge, drafts)
    yield from _dead_places(knowledge, drafts)
    yield from _contradicting_paths(knowledge, drafts)
    for path in knowledge.paths.values():
        yield from _overstated(knowledge, drafts, path)


def _missing_paths(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    for id in knowledge.places:
        for framework in FRAMEWORKS:
            if (id, framework) not in knowledge.ways:
                message = f"no path from {NAMES[framework]}; where there is no way, a path with trodden 0 says so"
                yield drafts["places"][id].issue("missing-path", message)


def _dead_places(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    for id, place in knowledge.places.items():
        if not can_hold(knowledge, place.when):
            yield drafts["places"][id].issue("dead-place", "no answers name it", "when")
            continue
        levels = {path.trodden for path in knowledge.paths.values() if path.place == id}
        if levels == {NO_WAY}:
            yield drafts["places"][id].issue("dead-place", "no path leads to it")


def _contradicting_paths(knowledge: Knowledge, drafts: Drafts) -> Iterator[LintIssue]:
    """A path that says that there is no way, beside another path of the same framework to the same place."""
    for path in knowledge.paths.values():
        if path.trodden == NO_WAY:
            others = [other for other in knowledge.ways[path.place, path.framework] if other.id != path.id]
            if others:
                message = f"says that there is no way, beside the path '{others[0].id}'"
                yield drafts["paths"][path.id].issue("contradicting-paths", message, "trodden")


def _overstated(knowledge: Knowledge, drafts: Drafts, path: ModelPath) -> Iterator[LintIssue]:
    for index, step in enumerate(path.steps):
        component = knowledge.components[step.component]
        most = AT_MOST.get(component.state, path.trodden)
        if path.trodden > most:
            message = (
                f"is called {TRODDEN_WORDS[path.trodden]} ({path.trodden}), and its step {component.id} is "
                f"{component.state}: at most {TRODDEN_WORDS[most]} ({most})"
            )
            yield drafts["paths"][path.id].issue("overstated-path", message, "steps", index)
