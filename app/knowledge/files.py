"""YAML files with line numbers: plain data, and the line on which each piece of it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from app.errors import Finding

MAX_BYTES = 1_000_000
"""A rule file larger than this is refused unread; the largest shipped one is a thirtieth of it."""

MAX_DEPTH = 20
"""How deep lists and mappings may nest; the deepest shipped rule has eight levels."""

Location = tuple[str | int, ...]


@dataclass(frozen=True)
class RuleFile:
    """One parsed file: `data` as plain Python values, `lines` from each place in it to its line (from 1)."""

    name: str
    data: dict[str, Any]
    lines: dict[Location, int]

    def line(self, location: Location) -> int:
        """The line of the nearest enclosing place that the file really has."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)


def read_folder(folder: Path) -> tuple[list[RuleFile], list[Finding]]:
    """Read every `.yaml` file below `folder`, in order of their paths, with all the findings on the way."""
    files, findings = [], []
    for path in sorted(folder.rglob("*.yaml")):
        parsed = read_file(path, name=path.relative_to(folder).as_posix())
        if isinstance(parsed, RuleFile):
            files.append(parsed)
        else:
            findings.extend(parsed)
    return files, findings


def read_file(path: Path, name: str) -> RuleFile | list[Finding]:
    """Read one file; the findings instead when it cannot be used."""
    if path.stat().st_size > MAX_BYTES:
        return [Finding(name, 1, "size", f"the file is larger than {MAX_BYTES} bytes")]
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return [Finding(name, 1, "encoding", f"the file is not UTF-8 (byte {error.start})")]
    return parse(text, name)


def parse(text: str, name: str) -> RuleFile | list[Finding]:
    """Parse YAML text. Aliases, duplicate keys and tags are refused, since each hides what a rule says."""
    try:
        hidden = list(_hidden_structure(text, name))
        if hidden:
            return hidden
        loader = yaml.CSafeLoader(text)
        node = loader.get_single_node()
        data = loader.construct_document(node) if node else {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return [Finding(name, line, "syntax", error.problem or "this is not YAML")]
    except yaml.YAMLError as error:
        return [Finding(name, 1, "syntax", str(error).replace("\n", " "))]
    except ValueError as error:  # the YAML reader's own word on an impossible date, such as 2026-13-01
        return [Finding(name, 1, "value", str(error))]
    if not isinstance(data, dict):
        return [Finding(name, 1, "shape", f"a rule file is a mapping, not a {type(data).__name__}")]
    if node is None:
        return RuleFile(name, {}, {(): 1})
    lines: dict[Location, int] = {(): 1}
    lines.update(_lines(node, ()))
    return list(_doubled_keys(node, name)) or RuleFile(name, data, lines)


def _hidden_structure(text: str, name: str) -> Iterator[Finding]:
    """Aliases, and nesting so deep that building it would exhaust the stack; seen from the flat stream of events."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            yield Finding(name, line, "alias", "anchors and aliases are not allowed: write it out")
        if depth > MAX_DEPTH:
            yield Finding(name, line, "depth", f"nested deeper than {MAX_DEPTH} levels")
            return


def _lines(node: yaml.Node, at: Location) -> Iterator[tuple[Location, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*at, key.value)
            yield place, key.start_mark.line + 1
            yield from _lines(value, place)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield (*at, index), item.start_mark.line + 1
            yield from _lines(item, (*at, index))


def _doubled_keys(node: yaml.Node, name: str) -> Iterator[Finding]:
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                yield Finding(
                    name, line, "duplicate-key", f"key '{key.value}' stands on line {seen[key.value]} already"
                )
            seen.setdefault(key.value, line)
            yield from _doubled_keys(value, name)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _doubled_keys(item, name)
