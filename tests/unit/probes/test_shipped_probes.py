"""Every shipped probe: readable, fair in form, and free of what other interpreters lack."""

import ast
import builtins
import dis
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType

import pytest

from app.knowledge.models import FRAMEWORKS, Framework
from app.paths import PROBES
from app.runs.catalogue import Catalogue, Probe, read_catalogue
from probes.subjects import SUBJECTS

FILES = sorted(path for kind in ("capability", "timing") for path in (PROBES / kind).glob("[a-z]*.py"))


@cache
def catalogue() -> Catalogue:
    return read_catalogue()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def probe_of(path: Path) -> Probe:
    return catalogue().probes[path.stem]


def half_of(path: Path, framework: Framework) -> ast.FunctionDef:
    return next(n for n in tree_of(path).body if isinstance(n, ast.FunctionDef) and n.name == framework)


def short(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


each = pytest.mark.parametrize("path", FILES, ids=short)


def test_every_file_is_in_the_catalogue_once() -> None:
    assert sorted(probe.path for probe in catalogue().probes.values()) == FILES


def test_titles_are_told_apart() -> None:
    titles = Counter(probe.title for probe in catalogue().probes.values())
    assert [title for title, count in titles.items() if count > 1] == []


@each
def test_docstring_says_what_is_shown_in_a_sentence_and_why_in_more(path: Path) -> None:
    probe = probe_of(path)
    assert probe.summary.endswith((".", "?", ":"))
    assert len(probe.summary) <= 200
    assert len(probe.about.split()) >= 10


@each
def test_title_is_short_and_subject_known(path: Path) -> None:
    probe = probe_of(path)
    assert 3 <= len(probe.title) <= 60
    assert not probe.title.endswith(".")
    assert probe.subject in SUBJECTS


@each
def test_halves_have_the_same_signature(path: Path) -> None:
    one, other = (half_of(path, framework) for framework in FRAMEWORKS)
    assert ast.unparse(one.args) == ast.unparse(other.args)
    assert ast.dump(one.returns or ast.Pass()) == ast.dump(other.returns or ast.Pass())
    assert [ast.unparse(a) for a in one.decorator_list] == [ast.unparse(a) for a in other.decorator_list]


@each
def test_halves_take_what_their_kind_is_given(path: Path) -> None:
    arguments = ast.unparse(half_of(path, "pytorch").args)
    assert arguments == ("run: Setting" if probe_of(path).kind == "timing" else "")


@each
def test_halves_are_shown_exactly_as_they_stand_in_the_file(path: Path) -> None:
    code, text = probe_of(path).code, path.read_text(encoding="utf-8")
    for framework in FRAMEWORKS:
        segment = ast.get_source_segment(text, half_of(path, framework))
        assert segment is not None
        assert segment in code.half(framework)


@each
def test_every_line_of_the_file_is_shown_once(path: Path) -> None:
    """But for the docstring, which stands as prose beside the code."""
    code, tree = probe_of(path).code, tree_of(path)
    after = tree.body[0].end_lineno
    lines = path.read_text(encoding="utf-8").splitlines()[after:]
    shown = [*code.shared.splitlines(), *code.pytorch.splitlines(), *code.tensorflow.splitlines()]
    assert Counter(filter(None, shown)) == Counter(filter(None, lines))


@each
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_what_is_shown_of_a_half_compiles_and_needs_nothing_else(path: Path, framework: Framework) -> None:
    code = probe_of(path).code
    whole = compile(f"{code.shared}\n\n\n{code.half(framework)}\n", short(path), "exec", dont_inherit=True)
    assert set(loaded(whole)) - set(stored(whole)) - set(dir(builtins)) - GIVEN == set()


GIVEN = {"__name__", "__file__", "__annotations__"}
"""What every module has."""


def nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from nested(constant)


def loaded(code: CodeType) -> Iterator[str]:
    """The names that are looked up outside of functions' own."""
    for part in nested(code):
        yield from (i.argval for i in dis.get_instructions(part) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME"))


def stored(code: CodeType) -> Iterator[str]:
    for part in nested(code):
        yield from (i.argval for i in dis.get_instructions(part) if i.opname in ("STORE_NAME", "STORE_GLOBAL"))


def imported(nodes: list[ast.stmt]) -> Iterator[str]:
    """The modules that are imported when the file is, in branches too, but not in functions."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for _, value in ast.iter_fields(node):
                yield from imported(
                    [one for one in value if isinstance(one, ast.stmt)] if isinstance(value, list) else []
                )


@each
def test_a_file_imports_only_what_every_interpreter_with_numpy_has(path: Path) -> None:
    for module in imported(tree_of(path).body):
        root = module.partition(".")[0]
        allowed = root in sys.stdlib_module_names or root == "numpy" or module.startswith("probes.kit.")
        assert allowed, module


@each
def test_neither_half_imports_the_other_framework(path: Path) -> None:
    code = probe_of(path).code
    packages: dict[Framework, set[str]] = {
        "pytorch": {"torch", "torchvision", "torchaudio"},
        "tensorflow": {"tensorflow", "keras", "ai_edge_litert"},
    }
    for framework, other in (FRAMEWORKS, FRAMEWORKS[::-1]):
        half = ast.walk(ast.parse(code.half(framework)))
        names = [name for node in half if isinstance(node, ast.stmt) for name in imported([node])]
        assert not {name.partition(".")[0] for name in names} & packages[other]


@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name == "timing"], ids=short)
def test_every_timed_step_can_be_checked(path: Path) -> None:
    """By a reference, by its losses, or at least by what the other half gives."""
    functions = {node.name: node for node in tree_of(path).body if isinstance(node, ast.FunctionDef)}
    for name, arguments in {
        "inputs": "rng: np.random.Generator, variant: str",
        "weights": "rng: np.random.Generator, variant: str",
        "operations": "variant: str",
        "canonical": "outputs: list[Array]",
    }.items():
        assert name not in functions or ast.unparse(functions[name].args) == arguments, name
    assert "reference" not in functions or len(functions["reference"].args.args) == 3
