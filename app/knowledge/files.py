"""YAML files with line numbers: plain data, and the line on which each piece of it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from app.errors import LintIssue

MAX_BYTES = 1_000_000
"""A rule file larger than this is refused unread."""

MAX_DEPTH = 20
"""How deep lists and mappings may nest; a rule needs less than half of it."""

MAX_DIGITS = 40
"""How long a number may be; longer ones take ever longer to read, and no rule needs half of it."""

MAX_KEY = 200
"""How long a key may be; it is said back when it is unknown, and no id needs half of it."""

NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")

Location = tuple[str | int, ...]


@dataclass(frozen=True)
class RuleFile:
    """One parsed file: `data` as plain Python values, `lines` from each place in it to its line (from 1).

    `layer` is the label of the folder that it came from, and `name` begins with it.
    """

    layer: str
    name: str
    data: dict[str, Any]
    lines: dict[Location, int]

    def line(self, location: Location) -> int:
        """The line of the nearest enclosing place that the file really has."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)


def read_folder(folder: Path, label: str) -> tuple[list[RuleFile], list[LintIssue]]:
    """Read every YAML file below `folder`, in order of their paths, with all the issues on the way.

    Files are named `label/path`. Hidden ones are passed over: editors and volume mounts keep their own there.
    """
    files, issues = [], []
    for path in _visible_files(folder):
        parsed = read_file(path, label, f"{label}/{path.relative_to(folder).as_posix()}")
        if isinstance(parsed, RuleFile):
            files.append(parsed)
        else:
            issues.extend(parsed)
    return files, issues


def _visible_files(folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml") and _is_file(path)]
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _is_file(path: Path) -> bool:
    """Files, and links that lead nowhere, which are reported; not folders, and not pipes, which would never end."""
    return path.is_file() or (path.is_symlink() and not path.exists())


def read_file(path: Path, layer: str, name: str) -> RuleFile | list[LintIssue]:
    """Read one file; the issues instead when it cannot be used."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return [LintIssue(name, 1, "size", f"the file is larger than {MAX_BYTES} bytes")]
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        return [LintIssue(name, 1, "unreadable", f"the file cannot be read: {error.strerror}")]
    except UnicodeDecodeError as error:
        return [LintIssue(name, 1, "encoding", f"the file is not UTF-8 (byte {error.start})")]
    return parse(text, layer, name)


def parse(text: str, layer: str, name: str) -> RuleFile | list[LintIssue]:
    """Parse YAML text. Anchors, merges, tags and duplicate keys are refused, since each hides what a rule says."""
    try:
        hidden = list(_hidden_structure(text, name))
        if hidden:
            return hidden
        loader = yaml.CSafeLoader(text)
        node = loader.get_single_node()
        built = _built(loader, node, name) if node else ({}, {(): 1})
    except yaml.MarkedYAMLError as error:
        return [LintIssue(name, _line(error.problem_mark), "syntax", error.problem or "this is not YAML")]
    except yaml.YAMLError as error:
        return [LintIssue(name, 1, "syntax", str(error).replace("\n", " "))]
    return built if isinstance(built, list) else RuleFile(layer, name, *built)


def _built(
    loader: yaml.CSafeLoader, node: yaml.Node, name: str
) -> tuple[dict[str, Any], dict[Location, int]] | list[LintIssue]:
    """Plain values out of nodes and the line of each, or what stands in the way."""
    faults = list(_impossible_keys(node, name))
    faults = faults or [*_doubled_keys(node, name), *_impossible_values(loader, node, name)]
    if faults:
        return faults
    data = loader.construct_document(node)
    if not isinstance(data, dict):
        return [LintIssue(name, 1, "shape", f"a rule file is a mapping, not a {type(data).__name__}")]
    lines: dict[Location, int] = {(): 1}
    lines.update(_lines(node, ()))
    return data, lines


class _Mark(Protocol):
    """A place in a file, as both of PyYAML's parsers give it; `line` counts from 0."""

    @property
    def line(self) -> int: ...


def _line(mark: _Mark | None) -> int:
    return mark.line + 1 if mark else 1


def _hidden_structure(text: str, name: str) -> Iterator[LintIssue]:
    """What does not show on the face of a rule, and nesting so deep that building it would exhaust the stack.

    Seen from the flat stream of events, before anything is built from them.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = _line(event.start_mark)
        if isinstance(event, yaml.NodeEvent) and event.anchor and not isinstance(event, yaml.AliasEvent):
            yield LintIssue(name, line, "alias", "anchors and aliases are not allowed: write it out")
        if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and not event.style:
            yield LintIssue(name, line, "alias", "merging with '<<' is not allowed: write it out")
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
            yield LintIssue(name, line, "tag", f"tags such as {event.tag} are not allowed")
        if depth > MAX_DEPTH:
            yield LintIssue(name, line, "depth", f"nested deeper than {MAX_DEPTH} levels")
            return


def _impossible_values(loader: yaml.CSafeLoader, node: yaml.Node, name: str) -> Iterator[LintIssue]:
    """Scalars that look like a date or a number and are none, such as 2026-13-01."""
    if isinstance(node, yaml.ScalarNode) and node.tag in NUMBERS and len(node.value) > MAX_DIGITS:
        yield LintIssue(name, _line(node.start_mark), "value", f"a number beyond the limit of {MAX_DIGITS} characters")
    elif isinstance(node, yaml.ScalarNode):
        try:
            loader.construct_object(node)
        except ValueError as error:
            yield LintIssue(name, _line(node.start_mark), "value", f"'{node.value[:40]}': {error}")
    elif isinstance(node, yaml.CollectionNode):
        for item in node.value:
            for part in item if isinstance(item, tuple) else (item,):
                yield from _impossible_values(loader, part, name)


def _impossible_keys(node: yaml.Node, name: str) -> Iterator[LintIssue]:
    """Lists and mappings in the place of a key: YAML has them, Python's dictionaries do not. And keys without end."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    for key, _ in pairs:
        if not isinstance(key, yaml.ScalarNode):
            yield LintIssue(name, _line(key.start_mark), "shape", "a key is a text, not a list or a mapping")
        elif len(key.value) > MAX_KEY:
            yield LintIssue(name, _line(key.start_mark), "shape", f"a key beyond the limit of {MAX_KEY} characters")
    inside = [value for _, value in pairs] or (node.value if isinstance(node, yaml.SequenceNode) else [])
    for item in inside:
        yield from _impossible_keys(item, name)


def _lines(node: yaml.Node, at: Location) -> Iterator[tuple[Location, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*at, key.value)
            yield place, _line(key.start_mark)
            yield from _lines(value, place)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield (*at, index), _line(item.start_mark)
            yield from _lines(item, (*at, index))


def _doubled_keys(node: yaml.Node, name: str) -> Iterator[LintIssue]:
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = _line(key.start_mark)
            if key.value in seen:
                yield LintIssue(
                    name, line, "duplicate-key", f"key '{key.value}' stands on line {seen[key.value]} already"
                )
            seen.setdefault(key.value, line)
            yield from _doubled_keys(value, name)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _doubled_keys(item, name)
