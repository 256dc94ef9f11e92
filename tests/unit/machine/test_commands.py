"""Other programs' answers: whatever they do, the caller has a text or None, in time."""

import os
import time
from pathlib import Path

import pytest

from app.machine.commands import output_of
from app.machine.readers import MAX_BYTES
from tests.support.machine.fake_trees import computer, program


def answer(folder: Path, script: str, seconds: float = 10) -> str | None:
    roots = computer(folder, {})
    program(roots, "asked", script)
    return output_of(("asked", "a b"), seconds, roots.path)


def test_the_answer_of_a_program(tmp_path: Path) -> None:
    assert answer(tmp_path, 'echo "got $1"; echo noise >&2') == "got a b\n"


@pytest.mark.parametrize("script", ["echo half; exit 3", "kill -9 $$", "exit 127"])
def test_a_program_that_fails(tmp_path: Path, script: str) -> None:
    assert answer(tmp_path, script) is None


def test_no_such_program(tmp_path: Path) -> None:
    assert output_of(("asked",), 1, str(tmp_path)) is None
    assert output_of(("asked",), 1, "") is None


def test_a_program_that_cannot_be_started(tmp_path: Path) -> None:
    (tmp_path / "asked").write_text("#!/no/such/interpreter\n", encoding="utf-8")
    (tmp_path / "asked").chmod(0o755)
    assert output_of(("asked",), 1, str(tmp_path)) is None


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    began = time.monotonic()
    assert answer(tmp_path, f"sleep 60 & echo $! > {tmp_path}/child; echo half; wait", seconds=0.3) is None
    assert time.monotonic() - began < 5
    assert is_gone(int((tmp_path / "child").read_text(encoding="utf-8")))


def is_gone(process: int) -> bool:
    """Whether the process has ended within 2 s; one that nobody has waited for yet has ended too."""
    status = Path(f"/proc/{process}/stat")
    for _ in range(40):
        try:
            os.kill(process, 0)
            if status.exists() and status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


def test_a_program_that_does_not_stop_writing(tmp_path: Path) -> None:
    began = time.monotonic()
    assert answer(tmp_path, "yes", seconds=30) is None
    assert time.monotonic() - began < 15


def test_an_answer_that_is_too_long(tmp_path: Path) -> None:
    assert answer(tmp_path, f"head -c {MAX_BYTES + 1} /dev/zero") is None


def test_an_answer_that_is_not_text(tmp_path: Path) -> None:
    assert answer(tmp_path, r"printf '\377\000'") == "\ufffd\x00"
