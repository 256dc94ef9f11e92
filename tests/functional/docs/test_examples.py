"""The documents' examples are real: each command prints exactly the output that the document shows."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.paths import ROOT
from bench.service_process import running_service

DOCUMENTS = ("README.md", "docs/api.md", "docs/command-line.md")
UPDATE = "TIEBREAK_UPDATE_README"
"""Set to 1, this writes the real outputs into the documents instead of comparing them: `make readme`."""

CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service for the commands; the documents give its address as http://127.0.0.1:8000."""
    with running_service(tmp_path_factory.mktemp("service") / "log") as address:
        yield address


@pytest.mark.skipif(not (shutil.which("curl") or os.environ.get("CI")), reason="the examples need curl")
@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_example_prints_the_output_that_the_document_shows(document: str, address: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    real = CONSOLE.sub(lambda block: _with_output(block[1], address), text)
    assert real.count("\n$ ") == text.count("\n$ ") > 0
    if os.environ.get(UPDATE):
        (ROOT / document).write_text(real, encoding="utf-8")
        pytest.skip(f"{document} was updated")
    assert text == real


def _with_output(block: str, address: str) -> str:
    """A console block with the output that its commands print now."""
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "```console\n" + "".join(f"{line}\n{_output(line[2:], address)}" for line in commands) + "```"


def _output(command: str, address: str) -> str:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", command.replace("http://127.0.0.1:8000", address)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout
