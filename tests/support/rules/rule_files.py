"""Own rules for the tests of the knowledge package: small files that are laid over the shipped rules."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from hypothesis import settings

from app.errors import LintIssue
from app.knowledge.base import Knowledge
from app.knowledge.loader import load
from app.knowledge.models import Question
from tests.support.sizes import size

PROPERTY = settings(max_examples=size(100, 300), deadline=None, derandomize=True, database=None)
"""For property tests: the same examples on every machine, and no file left behind."""

TIEBREAK = [{"id": "tiebreak", "section": "Test"}]
"""A citation of the shipped source of our own judgement."""

FACT = {"checked_on": "2026-11-21", "review_by": "2027-11-21"}


@dataclass(frozen=True)
class Expected:
    """An issue that a file must give."""

    file: str
    line: int
    rule: str
    part: str

    def is_met_by(self, issue: LintIssue) -> bool:
        same_place = (Path(issue.file).name, issue.line, issue.rule) == (self.file, self.line, self.rule)
        return same_place and self.part in issue.message


def expected_of(path: Path) -> list[Expected]:
    """What the comments at the head of a file say: `# expect: <line> <rule> <part of the message>`."""
    return list(_expected_lines(path))


def _expected_lines(path: Path) -> Iterator[Expected]:
    for line in path.read_text(encoding="utf-8").splitlines():
        match = re.fullmatch(r"# expect: (\d+) (\S+) (\S.*)", line)
        if not match:
            return
        yield Expected(path.name, int(match[1]), match[2], match[3])


class _PlainDumper(yaml.SafeDumper):
    """Writes everything out: the loader refuses aliases."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


def write_rules(folder: Path, text: str, name: str = "own.yaml") -> Path:
    """A rule file with this text; the folder that it stands in."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def write_entries(folder: Path, entries: Mapping[str, Any], name: str = "own.yaml") -> Path:
    """A rule file with these collections; the folder that it stands in."""
    text = yaml.dump(dict(entries), Dumper=_PlainDumper, sort_keys=False, width=100)
    return write_rules(folder, text.replace("'2026-11-21'", "2026-11-21").replace("'2027-11-21'", "2027-11-21"), name)


def claim(id: str, **changes: Any) -> dict[str, Any]:
    """A sound claim that always matters, except for the changes; a key set to None is left out."""
    sound = {
        "id": id,
        "statement": f"The statement of {id}.",
        "criterion": "randomness",
        "favours": "pytorch",
        "strength": 1,
        "kind": "capability",
        "sources": TIEBREAK,
        "matters_when": "always",
    }
    return {key: value for key, value in (sound | changes).items() if value is not None}


def argument(id: str, **changes: Any) -> dict[str, Any]:
    """A sound argument for one side, except for the changes."""
    return {"id": id, "criterion": "randomness", "name": f"The point of {id}", "sides": "one"} | changes


def pick(**changes: Any) -> dict[str, Any]:
    """A sound pick of Keras as PyTorch's API, except for the changes."""
    sound = {"role": "api", "framework": "pytorch", "component": "keras", "policy": "both", "when": "always"}
    return sound | {"note": "Ours."} | changes


def with_overlay(folder: Path, **entries: Any) -> Knowledge:
    """The shipped rules with these collections of own entries over them."""
    return load(overlay=write_entries(folder, entries))


def knowledge_of(*questions: Question) -> Knowledge:
    """The shipped rules with these questions in place of theirs; only for what looks at nothing but questions."""
    return replace(load(), questions=MappingProxyType({question.id: question for question in questions}))
