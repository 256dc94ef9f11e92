"""Compilers by the names that they are called by."""

from pathlib import Path

from app.machine.compilers import describe_compilers
from app.machine.models import Compiler
from tests.support.machine.fake_trees import computer, program


def test_each_name_with_its_first_line(tmp_path: Path) -> None:
    roots = computer(tmp_path, {})
    program(roots, "g++", 'test "$1" = --version && echo "g++ (GCC) 14.2.0" && echo "Copyright"')
    program(roots, "c++", "echo broken; exit 1")
    assert describe_compilers(roots) == (
        Compiler(name="c++"),
        Compiler(name="g++", version="g++ (GCC) 14.2.0"),
        Compiler(name="clang++"),
    )


def test_a_mac_without_developer_tools_is_not_asked(tmp_path: Path) -> None:
    roots = computer(tmp_path, {}, system="Darwin")
    program(roots, "c++", f"touch {tmp_path}/window")
    program(roots, "xcode-select", "exit 2")
    assert {compiler.version for compiler in describe_compilers(roots)} == {None}
    assert not (tmp_path / "window").exists()


def test_a_mac_with_developer_tools(tmp_path: Path) -> None:
    roots = computer(tmp_path, {}, system="Darwin")
    program(roots, "xcode-select", "echo /Library/Developer/CommandLineTools")
    program(roots, "clang++", "echo 'Apple clang version 17.0.0'")
    assert describe_compilers(roots)[-1] == Compiler(name="clang++", version="Apple clang version 17.0.0")
