"""The service with PostgreSQL, started by the documented `docker compose up`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from app.paths import ROOT
from tests.container.conftest import BUILD_SECONDS
from tests.support.container.documents import HOSTING, command
from tests.support.container.engine import NAME, Client, docker, inside, shell

pytestmark = pytest.mark.timeout(BUILD_SECONDS)

FILE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
CONTAINERS = {service: f"{NAME}-{service}-1" for service in FILE["services"]}


@pytest.fixture(scope="module")
def composed(cleared: Path) -> Iterator[Client]:
    """The service, started by the documented commands, and a client with its token."""
    shell(command(*HOSTING, "docker compose up"), cleared, 300)
    with Client(token=secret(cleared, "api_token")) as client:
        yield client


def secret(folder: Path, name: str) -> str:
    return (folder / "secrets" / name).read_text(encoding="utf-8").strip()


def container(service: str) -> str:
    """The container of a service: Docker names it with hyphens, others with underscores."""
    names = docker("ps", "--format", "{{.Names}}").stdout.split()
    return next(name for name in names if name.replace("_", "-") == CONTAINERS[service])


def test_a_run_ends_well_and_its_history_outlives_both_containers(composed: Client, cleared: Path) -> None:
    run = composed.over(composed.submit("polynomial_gradient"))
    assert run["status"] == "done"
    assert_in_postgresql(1, cleared)
    shell("docker compose down", cleared)
    shell("docker compose up --detach --wait", cleared, 300)
    assert composed.run(run["id"]) == run
    assert_in_postgresql(1, cleared)


def assert_in_postgresql(runs: int, folder: Path) -> None:
    """So many runs are in the database, and nothing of them in the service's own folder."""
    count = (
        "docker compose exec -T database psql --username=tiebreak --tuples-only --command='SELECT count(*) FROM runs'"
    )
    assert int(shell(count, folder).split()[-1]) == runs
    assert inside("ls /data", container("tiebreak")).split() == ["rules", "scratch"]


def test_starting_a_run_needs_the_token(composed: Client) -> None:
    with Client() as stranger:
        refusal = stranger.post("/api/v1/runs", json={"probe": "polynomial_gradient"})
        assert refusal.status_code == 401
        assert stranger.get("/probes").status_code == 200


def test_no_secret_is_to_be_seen(composed: Client, cleared: Path) -> None:
    for service in FILE["services"]:
        name = container(service)
        seen = docker("inspect", name).stdout + docker("exec", name, "env").stdout
        logs = docker("logs", name)
        seen += inside("cat /proc/1/environ /proc/1/cmdline | tr '\\0' ' '", name) + logs.stdout + logs.stderr
        for held in ("database_password", "api_token"):
            assert secret(cleared, held) not in seen


@pytest.mark.parametrize("service", FILE["services"])
def test_both_are_nobody_and_write_their_volumes_alone(composed: Client, service: str) -> None:
    name = container(service)
    status = dict(line.split(":\t", 1) for line in inside("cat /proc/1/status", name).splitlines())
    assert int(status["Uid"].split()[0]) != 0
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert docker("exec", name, "touch", "/usr/x", check=False).returncode != 0


def test_what_the_file_promises() -> None:
    services = FILE["services"]
    assert "ports" not in services["database"]
    assert services["database"]["networks"] == ["inside"]
    assert FILE["networks"]["inside"] == {"internal": True}
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges"]
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
        assert service["restart"] == "unless-stopped"
    assert services["tiebreak"]["depends_on"]["database"]["condition"] == "service_healthy"
