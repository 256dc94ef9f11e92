"""The recipes of docs/operating.md, word for word: what was destroyed is there again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.container.conftest import BUILD_SECONDS
from tests.container.test_compose import secret
from tests.support.container.documents import HOSTING, command, commands
from tests.support.container.engine import NAME, Client, docker, shell
from tests.support.sizes import LONG

pytestmark = [pytest.mark.timeout(BUILD_SECONDS), LONG]

DOCUMENT = "docs/operating.md"
PROBE, LATER_PROBE = "polynomial_gradient", "eager_by_default"


@pytest.fixture
def emptied(cleared: Path) -> Iterator[Path]:
    """The folder for the commands; no backup of another test is in it."""
    yield cleared
    for file in cleared.glob("tiebreak-*"):
        file.unlink()


def lose_and_restore(client: Client, folder: Path, heading: str, destroy: str, start: str) -> None:
    """Make a history, back it up, lose it, make another one, restore: the first is there, and nothing of the other."""
    backup, restore = commands(DOCUMENT, heading)
    client.over(client.submit(PROBE))
    kept = client.history()
    shell(backup, folder)
    shell(f"{destroy}\n{start}", folder, 300)
    client.until_ready()
    assert client.get("/api/v1/runs").json() == []
    client.over(client.submit(LATER_PROBE))
    assert client.history() != kept
    shell(restore, folder, 300)
    client.until_ready()
    assert client.history() == kept
    assert client.over(client.submit(PROBE))["status"] == "done"


def test_sqlite(emptied: Path) -> None:
    start = command(*HOSTING, "--read-only")
    shell(start, emptied)
    destroy = f"docker rm --force --volumes {NAME}; docker volume rm {NAME}"
    with Client() as client:
        lose_and_restore(client.until_ready(), emptied, "### With SQLite", destroy, start)
    docker("rm", "--force", NAME)
    docker("volume", "rm", NAME)


def test_postgresql(emptied: Path) -> None:
    shell(command(*HOSTING, "docker compose up"), emptied, 300)
    destroy, start = "docker compose down --volumes", "docker compose up --detach --wait"
    with Client(token=secret(emptied, "api_token")) as client:
        lose_and_restore(client, emptied, "### With PostgreSQL", destroy, start)
