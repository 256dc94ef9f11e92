"""`docker` as a test uses it, and the service in a container as its clients see it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx

from tests.support.waiting import until

ADDRESS = "http://127.0.0.1:8000"
"""Where the documents' own commands put the service."""

NAME = "tiebreak"
"""What the documents call the container, its volume and the compose project."""

PATIENCE_S = 300
FINAL = ("done", "failed", "cancelled", "interrupted")


def shell(commands: str, folder: Path, seconds: float = PATIENCE_S) -> str:
    """Run commands as a person would type them, one by one until one fails; what they print.

    Raises:
        AssertionError: one of them failed; says what was printed.
    """
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout}"
    return done.stdout


def docker(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """One command of the engine. Raises AssertionError when it fails and that is checked."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert not check or done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stdout}{done.stderr}"
    return done


def inspected(what: str, name: str) -> dict[str, Any]:
    """What the engine says of an image or a container."""
    told: list[dict[str, Any]] = json.loads(docker(what, "inspect", name).stdout)
    return told[0]


def inside(script: str, name: str = NAME) -> str:
    """What a shell in the container prints."""
    return docker("exec", name, "sh", "-c", script).stdout.strip()


class Client(httpx.Client):
    """A client of the service in the container."""

    def __init__(self, token: str | None = None) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        super().__init__(base_url=ADDRESS, headers=headers, timeout=30)

    def until_ready(self) -> "Client":
        """Itself, when the service is ready. Raises AssertionError when it does not get so in time."""
        until(self._is_ready, PATIENCE_S, 0.1)
        return self

    def _is_ready(self) -> bool:
        try:
            return self.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def submit(self, probe: str, **conditions: str) -> str:
        """The id of a new run."""
        response = self.post("/api/v1/runs", json={"probe": probe, **conditions})
        assert response.status_code == 202, response.text
        id: str = response.json()["id"]
        return id

    def run(self, id: str) -> dict[str, Any]:
        run: dict[str, Any] = self.get(f"/api/v1/runs/{id}").json()
        return run

    def over(self, id: str) -> dict[str, Any]:
        """A run once it is over."""
        until(lambda: self.run(id)["status"] in FINAL, PATIENCE_S, 0.1)
        return self.run(id)

    def history(self) -> tuple[Any, Any]:
        """All that a backup must bring back: the runs, and what the claims have become by them."""
        return self.get("/api/v1/runs").json(), self.get("/api/v1/claims").json()
