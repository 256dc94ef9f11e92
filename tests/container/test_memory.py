"""What memory the service needs: enough for the smallest size that the document names, and what happens below it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.paths import ROOT
from tests.container.conftest import BUILD_SECONDS
from tests.support.container.documents import HOSTING, command
from tests.support.container.engine import NAME, Client, docker, inspected, shell
from tests.support.sizes import LONG

pytestmark = [pytest.mark.timeout(BUILD_SECONDS), LONG]

LEAST = "640m"
"""The size that docs/operating.md says is the least for a timed comparison."""

TOO_LITTLE = "360m"
TIMED, SMALL = "matmul_256", "polynomial_gradient"

Start = Callable[[str], Client]


@pytest.fixture
def started(cleared: Path) -> Iterator[Start]:
    """Starts the service by the documented command, with another limit on its memory and no swap."""
    client = Client()

    def start(memory: str) -> Client:
        documented = command(*HOSTING, "--read-only")
        assert "--memory 2g" in documented
        shell(documented.replace("--memory 2g", f"--memory {memory} --memory-swap {memory}"), cleared)
        return client.until_ready()

    yield start
    client.close()
    docker("rm", "--force", NAME)
    docker("volume", "rm", NAME)


def test_the_least_that_the_document_names_is_enough_for_a_timed_run(started: Start) -> None:
    assert f"{LEAST.removesuffix('m')} MB" in (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    client = started(LEAST)
    assert client.over(client.submit(TIMED))["status"] == "done"


def test_a_probe_that_finds_no_memory_fails_and_the_service_goes_on(started: Start) -> None:
    client = started(TOO_LITTLE)
    began = inspected("container", NAME)["State"]["StartedAt"]
    run = client.over(client.submit(TIMED))
    assert (run["status"], run["error"]["reason"]) in {("failed", "signal"), ("failed", "out_of_memory")}
    assert client.get("/readyz").status_code == 200
    assert inspected("container", NAME)["State"]["StartedAt"] == began
    assert client.over(client.submit(SMALL))["status"] == "done"
