"""What cannot work keeps the service from starting, and is said in one line; what is no setting is warned of."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.server.preflight import OTHER_FILES, room_for, warnings
from app.settings import Settings
from tests.support.server.child_processes import serving, tiebreak
from tests.support.sizes import some

TOKEN = "a-token-that-nobody-guesses"


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        yield somebody.getsockname()[1]


def said_by(*arguments: str, **settings: str) -> str:
    """What a start that fails says, after checking that it does so as it should."""
    child = tiebreak("serve", *(arguments or ("--port", "0")), **settings)
    assert (child.returncode, child.stdout) == (1, "")
    assert child.stderr.startswith("tiebreak: ")
    assert child.stderr.count("\n") == 1
    return child.stderr


@pytest.mark.parametrize("framework", some(["PYTORCH", "TENSORFLOW"], 1))
def test_an_interpreter_must_be_a_program(tmp_path: Path, framework: str) -> None:
    plain = tmp_path / "python"
    plain.write_text("#!/bin/sh\n")
    plain.chmod(stat.S_IRUSR | stat.S_IWUSR)
    for path in ("/nowhere/python", str(plain), str(tmp_path), "no-such-program-on-the-path"):
        said = said_by(**{f"TIEBREAK_{framework}_PYTHON": path})
        assert f"TIEBREAK_{framework}_PYTHON: {path} is not an executable program" in said


def test_a_port_must_be_free(taken_port: int) -> None:
    assert f"--port: {taken_port} on 127.0.0.1 is in use" in said_by("--port", str(taken_port))


def test_a_host_must_be_of_this_machine() -> None:
    assert "--port: 8000 on 192.0.2.1" in said_by("--host", "192.0.2.1", "--port", "8000")


def test_a_folder_of_rules_must_be_one(tmp_path: Path) -> None:
    (tmp_path / "rules").write_text("")
    for path in ("/nowhere", str(tmp_path / "rules")):
        assert path in said_by(TIEBREAK_RULES=path)


def test_a_token_must_not_be_guessed_and_is_not_said() -> None:
    said = said_by(TIEBREAK_API_TOKEN="hunter2")
    assert "TIEBREAK_API_TOKEN" in said
    assert "hunter2" not in said


def test_all_that_cannot_work_is_said_at_once(taken_port: int) -> None:
    said = said_by("--port", str(taken_port), TIEBREAK_PYTORCH_PYTHON="/nowhere", TIEBREAK_TENSORFLOW_PYTHON="/nowhere")
    assert all(name in said for name in ("TIEBREAK_PYTORCH_PYTHON", "TIEBREAK_TENSORFLOW_PYTHON", "--port"))


def test_a_mistyped_setting_is_warned_of_and_the_token_is_in_no_log(tmp_path: Path) -> None:
    settings = {"TIEBREAK_API_TOKN": TOKEN, "TIEBREAK_PORT_8000_TCP": "tcp://10.0.0.1:8000"}
    with serving(tmp_path / "log", settings) as server:
        log = server.log.read_text()
    assert "there is no setting TIEBREAK_API_TOKN; did you mean TIEBREAK_API_TOKEN?" in log
    assert "TCP" not in log
    assert TOKEN not in log


def test_what_is_warned_of_and_what_is_not() -> None:
    environment = [
        "TIEBREAK_RULES",
        "tiebreak_data",
        "TIEBREAK_SERVICE_HOST",
        "TIEBREAK_SERVICE_PORT_HTTP",
        "TIEBREAK_PORT",
        "TIEBREAK_PORT_8000_TCP_ADDR",
        "HOME",
        "TIEBREAK_ALOWED_HOSTS",
        "TIEBREAK_XYZZY",
    ]
    assert list(warnings(Settings(), environment)) == [
        "there is no setting TIEBREAK_ALOWED_HOSTS; did you mean TIEBREAK_ALLOWED_HOSTS?",
        "there is no setting TIEBREAK_XYZZY",
    ]


def test_the_connections_that_are_wished_for_have_room(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = [256, 4096]
    monkeypatch.setattr("resource.getrlimit", lambda _: tuple(limits))
    monkeypatch.setattr("resource.setrlimit", lambda _, new: limits.__setitem__(slice(None), new))
    assert room_for(1_000) == 1_000
    assert limits == [1_000 + OTHER_FILES, 4096]
    assert room_for(100_000) == 4096 - OTHER_FILES
    assert limits == [4096, 4096]
