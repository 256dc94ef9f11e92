"""The catalogue of probes, read from their files without importing them: the web process needs no NumPy for that."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from app.errors import UnusableProbe
from app.knowledge.models import FRAMEWORKS, Framework
from app.paths import PROBES
from app.runs.models import Device, Mode, Preset, ProbeKind

PRESETS: tuple[Preset, ...] = get_args(Preset)


@dataclass(frozen=True)
class Code:
    """The source text that runs: what both halves share, and each half with it."""

    shared: str
    pytorch: str
    tensorflow: str

    def half(self, framework: Framework) -> str:
        return self.pytorch if framework == "pytorch" else self.tensorflow


@dataclass(frozen=True)
class Probe:
    """A probe as its file describes it.

    Attributes:
        about: the docstring after its title sentence.
        variants: what is measured and compared, each alone; ("",) when there is one.
        cold: the variants that are timed as a whole in a fresh process.
        since_start: a cold half's time counts from the start of its process.
        tails: single calls are timed too.
        slow: one sample takes seconds.
        exponent: where variants are sizes: between which bounds the time must grow as a power of the size.
    """

    id: str
    kind: ProbeKind
    path: Path
    title: str
    subject: str
    summary: str
    about: str
    variants: tuple[str, ...]
    modes: tuple[Mode, ...]
    devices: tuple[Device, ...]
    presets: tuple[Preset, ...]
    cold: frozenset[str]
    since_start: bool
    tails: bool
    slow: bool
    exponent: tuple[float, float] | None
    code: Code

    @property
    def is_fast(self) -> bool:
        """Whether a run of it takes no longer than its frameworks take to be imported."""
        return self.kind == "capability" and not self.slow

    @property
    def warm(self) -> tuple[str, ...]:
        return tuple(variant for variant in self.variants if variant not in self.cold)


@dataclass(frozen=True)
class Catalogue:
    probes: Mapping[str, Probe]
    subjects: Mapping[str, str]

    def by_subject(self) -> list[tuple[str, list[Probe]]]:
        """The subjects' names in order, each with its probes."""
        groups = [
            (name, [probe for probe in self.probes.values() if probe.subject == id])
            for id, name in self.subjects.items()
        ]
        return [group for group in groups if group[1]]


def read_catalogue(folder: Path = PROBES) -> Catalogue:
    """All probes of a folder that has `capability/` and `timing/`.

    Raises:
        UnusableProbe: a file lacks what a probe needs; names the file and what it lacks.
    """
    subjects = _literals(ast.parse((PROBES / "subjects.py").read_text("utf-8")))["SUBJECTS"]
    kinds: tuple[ProbeKind, ...] = get_args(ProbeKind)
    probes = [_read(path, kind, subjects) for kind in kinds for path in sorted((folder / kind).glob("[a-z]*.py"))]
    ids = [probe.id for probe in probes]
    for probe in probes:
        if ids.count(probe.id) > 1:
            raise UnusableProbe(f"{probe.path}: there is another probe of the id {probe.id}")
    order = list(subjects)
    probes.sort(key=lambda probe: (order.index(probe.subject), probe.kind == "timing", probe.id))
    return Catalogue(MappingProxyType({probe.id: probe for probe in probes}), MappingProxyType(subjects))


def _read(path: Path, kind: ProbeKind, subjects: Mapping[str, str]) -> Probe:
    try:
        text = path.read_text("utf-8")
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise UnusableProbe(f"{path}: is no Python: {error}") from None
    values, summary = _literals(tree), ast.get_docstring(tree) or ""
    lacking = [name for name in ("TITLE", "SUBJECT") if name not in values]
    lacking += [name for name in FRAMEWORKS if _function(tree, name) is None]
    if lacking or not summary:
        raise UnusableProbe(f"{path}: needs {', '.join([*lacking, *([] if summary else ['a docstring'])])}")
    unusable = [f"{name} {values[name]!r}" for name, usable in _SHAPES.items() if name in values and not usable(values)]
    if unusable:
        raise UnusableProbe(f"{path}: cannot be: {', '.join(unusable)}")
    if values["SUBJECT"] not in subjects:
        raise UnusableProbe(f"{path}: SUBJECT {values['SUBJECT']!r} is none of {', '.join(subjects)}")
    title, _, about = summary.partition("\n\n")
    return Probe(
        id=path.stem,
        kind=kind,
        path=path,
        title=values["TITLE"],
        subject=values["SUBJECT"],
        summary=" ".join(title.split()),
        about=about,
        presets=PRESETS,
        code=_code(text, tree),
        **(_timing(values) if kind == "timing" else _capability(values)),
    )


def _names(value: Any, allowed: Sequence[str] | None = None) -> bool:
    """Whether it is one or more different texts, out of those that are allowed."""
    if not isinstance(value, (tuple, list)) or not value or not all(isinstance(name, str) for name in value):
        return False
    return len(set(value)) == len(value) and (allowed is None or set(value) <= set(allowed))


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def _usable_exponent(values: Mapping[str, Any]) -> bool:
    bounds, sizes = values["EXPONENT"], values.get("VARIANTS", ())
    pair = isinstance(bounds, tuple) and len(bounds) == 2 and all(isinstance(one, (int, float)) for one in bounds)
    return pair and len(sizes) > 1 and all(_is_number(size) for size in sizes)


_SHAPES: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "TITLE": lambda values: isinstance(values["TITLE"], str),
    "SUBJECT": lambda values: isinstance(values["SUBJECT"], str),
    "VARIANTS": lambda values: _names(values["VARIANTS"]),
    "MODES": lambda values: _names(values["MODES"], get_args(Mode)),
    "DEVICES": lambda values: _names(values["DEVICES"], get_args(Device)),
    "COLD": lambda values: values["COLD"] is True or _names(values["COLD"], values.get("VARIANTS", ())),
    "SINCE": lambda values: values["SINCE"] == "start",
    "EXPONENT": _usable_exponent,
}


def _capability(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "variants": ("",),
        "modes": ("ordinary",),
        "devices": ("cpu",),
        "cold": frozenset(),
        "since_start": False,
        "tails": False,
        "slow": bool(values.get("SLOW")),
        "exponent": None,
    }


def _timing(values: Mapping[str, Any]) -> dict[str, Any]:
    variants = tuple(values.get("VARIANTS", ("",)))
    cold = values.get("COLD", ())
    return {
        "variants": variants,
        "modes": tuple(values.get("MODES", ("ordinary",) if cold is True else get_args(Mode))),
        "devices": tuple(values.get("DEVICES", get_args(Device))),
        "cold": frozenset(variants if cold is True else cold),
        "since_start": values.get("SINCE") == "start",
        "tails": bool(values.get("TAILS")),
        "slow": bool(values.get("SLOW")),
        "exponent": values.get("EXPONENT"),
    }


def _literals(tree: ast.Module) -> dict[str, Any]:
    """The module's constants: names in capitals with a literal value."""
    found: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper():
            try:
                found[node.targets[0].id] = ast.literal_eval(node.value)
            except (ValueError, TypeError):  # computed when it runs: none of the catalogue's business
                continue
    return found


def _function(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    return next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name), None)


def _code(text: str, tree: ast.Module) -> Code:
    """The file, parted: its halves, the helpers that only one half uses with that half, and the rest shared."""
    own = {name: _own_functions(tree, name) for name in FRAMEWORKS}
    lines = text.splitlines()
    taken = {line for nodes in own.values() for node in nodes for line in _lines(node)}
    first = tree.body[1].lineno if len(tree.body) > 1 else 1  # after the docstring, which the page shows as prose
    shared = [line for number, line in enumerate(lines, 1) if number >= first and number not in taken]
    halves = {name: "\n\n\n".join(_text(lines, node) for node in nodes) for name, nodes in own.items()}
    return Code(shared=_tidy(shared), **halves)


def _own_functions(tree: ast.Module, framework: str) -> list[ast.stmt]:
    """The half, and what is named after its framework: `_pytorch_…`, `_PyTorch…` and the like."""
    return [
        node
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name.lower().lstrip("_").startswith(framework)
    ]


def _lines(node: ast.stmt) -> range:
    decorators: Sequence[ast.expr] = getattr(node, "decorator_list", ())
    start = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return range(start, (node.end_lineno or node.lineno) + 1)


def _text(lines: Sequence[str], node: ast.stmt) -> str:
    return "\n".join(lines[number - 1] for number in _lines(node))


def _tidy(lines: Sequence[str]) -> str:
    """Without runs of empty lines that the parting left."""
    kept: list[str] = []
    for line in lines:
        if line or len(kept) < 2 or kept[-1] or kept[-2]:
            kept.append(line)
    return "\n".join(kept).strip("\n")
