"""The command line inside this process: the same entry point and exit status, without the start of an interpreter.

`tests.support.server.child_processes.tiebreak` runs the installed program; the examples of the documents do so too.
"""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout

import pytest

from app.cli.main import main
from tests.support.server.child_processes import environment


def tiebreak(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `tiebreak` to its end, with these settings and no others."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        _set(patch, environment(**settings))
        patch.setattr(sys, "argv", ["tiebreak", *arguments])
        status = _status()
    return subprocess.CompletedProcess(["tiebreak", *arguments], status, out.getvalue(), err.getvalue())


def _set(patch: pytest.MonkeyPatch, wanted: dict[str, str]) -> None:
    for name in os.environ.keys() - wanted.keys():
        patch.delenv(name)
    for name, value in wanted.items():
        patch.setenv(name, value)


def _status() -> int:
    """The exit status of the program."""
    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0
