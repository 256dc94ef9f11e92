"""The README's examples are real: each command gives exactly the output that stands under it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.paths import ROOT
from bench.running import running_service

README = ROOT / "README.md"
UPDATE = "TIEBREAK_UPDATE_README"
"""Set to 1, this writes the real outputs into the README instead of comparing: `make readme`."""


@pytest.mark.skipif(not (shutil.which("curl") or os.environ.get("CI")), reason="the README's examples need curl")
def test_every_example_gives_the_output_that_the_readme_shows(tmp_path: Path) -> None:
    text = README.read_text()
    with running_service(tmp_path / "log") as address:
        real = re.sub(r"```console\n(.*?)```", lambda block: _really(block[1], address), text, flags=re.DOTALL)
    if os.environ.get(UPDATE):
        README.write_text(real)
        pytest.skip("the README was written anew")
    assert text == real


def _really(block: str, address: str) -> str:
    """A console block with the outputs that its commands give now."""
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


def test_the_examples_are_there() -> None:
    assert len(re.findall(r"^\$ ", README.read_text(), flags=re.MULTILINE)) >= 5


def test_what_the_readme_points_to_exists() -> None:
    linked = re.findall(r"\]\((?!http)([^)#]+)\)", README.read_text())
    assert linked
    assert [path for path in linked if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    "target", sorted(set(re.findall(r"(?:`|^)make ([a-z]+)", README.read_text(), flags=re.MULTILINE)))
)
def test_every_make_target_in_the_readme_exists(target: str) -> None:
    assert re.search(rf"^{target}:.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
