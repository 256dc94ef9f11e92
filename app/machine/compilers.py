"""C++ compilers: `torch.compile` needs one, and its age shows in what it makes."""

from app.machine.commands import output_of
from app.machine.models import Compiler
from app.machine.readers import clean
from app.machine.roots import THIS_COMPUTER, Roots

NAMES = ("c++", "g++", "clang++")

LIMIT_S = 5.0


def describe_compilers(roots: Roots = THIS_COMPUTER) -> tuple[Compiler, ...]:
    """Each of `NAMES` with the first line that it says of itself; without one where there is no such compiler."""
    usable = _may_be_asked(roots)
    return tuple(Compiler(name=name, version=_version(name, roots) if usable else None) for name in NAMES)


def _version(name: str, roots: Roots) -> str | None:
    return clean(output_of((name, "--version"), LIMIT_S, roots.path))


def _may_be_asked(roots: Roots) -> bool:
    """On a Mac without developer tools, a compiler that is asked anything opens a window to install them."""
    return roots.system != "Darwin" or output_of(("xcode-select", "-p"), LIMIT_S, roots.path) is not None
