"""The image, built by the documented command from a copy of this checkout; no container, volume or secret remains."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.paths import ROOT
from tests.support.container.documents import HOSTING, TRYING, command
from tests.support.container.engine import NAME, Client, docker, shell

VOLUMES = (NAME, *(f"{NAME}_{volume}" for volume in ("data", "database", "socket")))
BUILD_SECONDS = 1_800


@pytest.fixture(scope="session", autouse=True)
def nobody_elses() -> None:
    """The documents' commands name containers and volumes: somebody's own must not fall to the tests."""
    containers = docker("ps", "--all", "--format", "{{.Names}}").stdout.split()
    volumes = docker("volume", "ls", "--format", "{{.Name}}").stdout.split()
    taken = [name for name in containers if name.startswith(NAME)] + [name for name in volumes if name in VOLUMES]
    assert not taken, f"these are somebody's, or of tests that were cut off: {taken}"


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what git has here, or would take."""
    copy = tmp_path_factory.mktemp("checkout")
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for file in filter(None, files):
        if (ROOT / file).is_file():
            (copy / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, copy / file)
    return copy


@pytest.fixture(scope="session")
def image(nobody_elses: None, checkout: Path) -> str:
    """The image, by the README's command."""
    build = command(*TRYING, "docker build").splitlines()[0]
    shell(build, checkout, BUILD_SECONDS)
    return NAME


@pytest.fixture(scope="module")
def cleared(image: str, checkout: Path) -> Iterator[Path]:
    """The folder for the documents' commands; what they start and store is gone afterwards."""
    yield checkout
    docker("rm", "--force", "--volumes", NAME, check=False)
    if (checkout / "secrets").exists():
        shell("docker compose down --volumes", checkout)
        shutil.rmtree(checkout / "secrets")
    for volume in VOLUMES:
        docker("volume", "rm", "--force", volume, check=False)


@pytest.fixture(scope="module")
def service(cleared: Path) -> Iterator[Client]:
    """The service, started by the command that keeps its history."""
    shell(command(*HOSTING, "--read-only"), cleared)
    with Client() as client:
        yield client.until_ready()
