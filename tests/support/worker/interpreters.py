"""Interpreters that lack something, as small scripts around this one."""

import sys
from pathlib import Path

INTERPRETERS = ("TIEBREAK_PYTORCH_PYTHON", "TIEBREAK_TENSORFLOW_PYTHON")
"""The settings that name the interpreters of both frameworks."""

BLOCKER = """\
import sys

class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Lacking())
"""

BREAKER = """\
import builtins
import sys

plain_import = builtins.__import__


def take_away(path):
    package, *parts = path.split(".")
    holder = sys.modules.get(package)
    for part in parts[:-1]:
        holder = getattr(holder, part, None)
    if hasattr(holder, parts[-1]):
        delattr(holder, parts[-1])


def breaking_import(name, *arguments, **named):
    module = plain_import(name, *arguments, **named)
    if name in ("torch", "tensorflow"):
        for path in {attributes!r}:
            take_away(path)
    return module


builtins.__import__ = breaking_import
"""

STAND_IN = """\
# What the worker asks of PyTorch for a probe whose steps work on NumPy arrays, without the seconds that PyTorch takes.
from contextlib import nullcontext
from types import SimpleNamespace

__version__ = "0.0 of the tests"
backends = SimpleNamespace(cuda=SimpleNamespace(matmul=SimpleNamespace()), cudnn=SimpleNamespace())
inference_mode = enable_grad = nullcontext
set_num_threads = set_num_interop_threads = lambda count: None
get_num_threads = lambda: 1
"""


def script(path: Path, text: str) -> str:
    """An executable file; its path as a setting wants it."""
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def lacking(folder: Path, *names: str) -> str:
    """This interpreter, without these packages."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(BLOCKER.format(names=names), encoding="utf-8")
    return script(folder / "python", f'#!/bin/sh\nPYTHONPATH={folder} exec {sys.executable} "$@"\n')


def with_nothing_but_numpy(folder: Path) -> str:
    """This interpreter without either framework: its workers start in a fraction of a second."""
    return lacking(folder, "torch", "tensorflow", "keras")


def both_by(interpreter: str) -> dict[str, str]:
    """The settings with which one interpreter runs both frameworks' halves."""
    return dict.fromkeys(INTERPRETERS, interpreter)


REAL = both_by(sys.executable)
"""The settings of a test that needs the frameworks. Others do without: a service that looks at both takes seconds."""


def with_stand_in(folder: Path, first: str = "") -> str:
    """This interpreter with a stand-in for PyTorch that can time steps on NumPy arrays, and without TensorFlow.

    `first` is code that runs while the stand-in is imported.
    """
    interpreter = lacking(folder, "tensorflow", "keras")
    (folder / "torch.py").write_text(STAND_IN + first, encoding="utf-8")
    return interpreter


def with_empty_frameworks(folder: Path, content: str = "") -> str:
    """This interpreter with packages of the frameworks' names that hold nothing but `content`."""
    folder.mkdir()
    for name in ("torch", "tensorflow", "keras"):
        (folder / f"{name}.py").write_text(content, encoding="utf-8")
    return script(folder / "python", f'#!/bin/sh\nPYTHONPATH={folder} exec {sys.executable} "$@"\n')


def with_broken(folder: Path, *attributes: str) -> str:
    """This interpreter with attributes of installed packages, such as `torch.func.jvp`, taken away at their import."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(BREAKER.format(attributes=attributes), encoding="utf-8")
    return script(folder / "python", f'#!/bin/sh\nPYTHONPATH={folder} exec {sys.executable} "$@"\n')


def without_numpy(folder: Path) -> str:
    """This interpreter without any installed package."""
    folder.mkdir()
    return script(folder / "python", f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')


def too_old(folder: Path) -> str:
    """What a Python that is too old makes of today's source."""
    folder.mkdir()
    return script(folder / "python", '#!/bin/sh\necho "SyntaxError: future feature annotations" >&2\nexit 1\n')
