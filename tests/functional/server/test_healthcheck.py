"""The container's health check: run as the image runs it, beside a real service and beside none."""

import socket
import subprocess
import sys
from pathlib import Path

from app.paths import ROOT
from tests.support.server.child_processes import PATIENCE_S, environment, serving, tiebreak

CHECK = ROOT / "app" / "server" / "healthcheck.py"


def checked(**settings: str) -> subprocess.CompletedProcess[str]:
    """The check with these settings, by an interpreter that sees no installed package."""
    return subprocess.run(
        [sys.executable, "-IS", str(CHECK)],
        capture_output=True,
        text=True,
        env=environment(**settings),
        timeout=PATIENCE_S,
        check=False,
    )


def test_a_service_that_is_ready_is_healthy(tmp_path: Path) -> None:
    with serving(tmp_path / "log") as server:
        for host in ("", "0.0.0.0", "127.0.0.1"):
            done = checked(TIEBREAK_LISTEN_HOST=host, TIEBREAK_LISTEN_PORT=str(server.port))
            assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), host


def test_a_service_that_is_not_ready_is_not_healthy(tmp_path: Path) -> None:
    with serving(tmp_path / "log") as server:
        (tmp_path / "data" / "tiebreak.db").unlink()
        assert checked(TIEBREAK_LISTEN_PORT=str(server.port)).returncode == 1


def test_nobody_is_not_healthy() -> None:
    done = checked(TIEBREAK_LISTEN_PORT="1")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("nobody answers: ")


def test_the_service_listens_where_the_settings_say(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = tiebreak("serve", TIEBREAK_LISTEN_PORT=port, TIEBREAK_DATA=str(tmp_path))
    assert done.returncode == 1
    assert port in done.stderr
