"""The service, started by the documented `docker run`: what it may do, that it works, and how it ends."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app import __version__
from app.paths import ROOT
from tests.container.conftest import BUILD_SECONDS
from tests.support.advice.answer_sets import advice_on
from tests.support.container.documents import TRYING, command
from tests.support.container.engine import ADDRESS, NAME, Client, docker, inside, inspected, shell
from tests.support.sizes import FULL, some
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(BUILD_SECONDS)  # whichever test comes first builds the image

HEALTHCHECK = ["python3", "-IS", "/app/app/server/healthcheck.py"]
ANSWERS = {"language": ["python"], "deployment": ["mobile"], "data_type": ["images"], "goal": ["production"]}


@pytest.fixture
def bare(cleared: Path) -> Iterator[Client]:
    """A container with no setting at all."""
    shell(command(*TRYING, "docker build").split("\n", 1)[1], cleared)
    with Client() as client:
        yield client.until_ready()
    docker("rm", "--force", "--volumes", NAME)


def test_it_works_without_any_setting(bare: Client) -> None:
    advice = bare.post("/api/v1/advice", json={"answers": ANSWERS}).json()
    assert advice["headline"] == advice_on(ANSWERS, day=date.today()).headline
    assert bare.over(bare.submit("polynomial_gradient"))["status"] == "done"


def test_the_image_says_what_it_is(image: str) -> None:
    told = inspected("image", image)
    config = told["Config"]
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in config["Labels"].items()}
    assert (labels["title"], labels["licenses"], labels["version"]) == ("Tiebreak", "MIT", __version__)
    assert {"description", "revision", "created", "source"} <= set(labels)
    assert (config["User"], list(config["Volumes"]), config["StopSignal"]) == ("10001:10001", ["/data"], "SIGTERM")
    health = config.get("Healthcheck") or told["Healthcheck"]  # Docker says it here, Podman there
    assert health["Test"] == ["CMD", *HEALTHCHECK]


def test_it_is_nobody_and_can_become_nobody_else(service: Client) -> None:
    assert inside("id -u; id -g").split() == ["10001", "10001"]
    status = dict(line.split(":\t", 1) for line in inside("cat /proc/1/status").splitlines())
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert inside("find / -xdev -type f -perm /6000 2>/dev/null || true") == ""


def test_it_can_write_its_data_and_nothing_else(service: Client) -> None:
    writable = inside("find / -type d -writable -not -path '/proc/*' 2>/dev/null || true").split()
    assert "/data" in writable
    assert [path for path in writable if not path.startswith(("/data", "/dev/"))] == []
    assert docker("exec", NAME, "touch", "/app/x", check=False).returncode != 0


def test_nothing_is_in_the_image_that_it_does_not_need(service: Client) -> None:
    assert inside("ls /app").split() == ["LICENSE", "app", "probes", "rules", "static", "templates"]
    assert inside("for tool in gcc g++ c++ make git curl; do command -v $tool || true; done") == ""
    assert inside("ls -d /frameworks/*/lib/python3*/site-packages/*/include 2>/dev/null || true") == ""
    assert inside("find /venv /frameworks -name tests -type d -not -path '*/site-packages/tests'") == ""
    assert inside("find / -xdev -type d -name pip -path '*cache*' 2>/dev/null || true") == ""


def test_each_framework_has_its_own_environment(service: Client) -> None:
    for framework, other in (("torch", "tensorflow"), ("tensorflow", "torch")):
        place = {"torch": "pytorch"}.get(framework, framework)
        found = inside(
            f"/frameworks/{place}/bin/python -P -c 'from importlib.util import find_spec as f;"
            f' print(bool(f("{framework}")), bool(f("{other}")), bool(f("numpy")), bool(f("app")))\''
        )
        assert found == "True False True False"


def test_the_health_check_tells_ready_from_not(service: Client) -> None:
    assert docker("exec", NAME, *HEALTHCHECK).stdout == ""
    elsewhere = docker("exec", "--env", "TIEBREAK_LISTEN_PORT=1", NAME, *HEALTHCHECK, check=False)
    assert elsewhere.returncode == 1


def test_it_knows_its_limits(service: Client) -> None:
    limits = service.get("/api/v1/environment").json()["limits"]
    assert (limits["memory"], limits["cpus"]) == (2 * 2**30, 2.0)


def test_orphans_are_buried(service: Client) -> None:
    """A process whose parent has ended becomes a child of the first one, which must ask for its status."""
    inside("sh -c 'sleep 0.1 & echo started'")
    until(lambda: not inside("for p in /proc/[0-9]*; do cat $p/stat 2>/dev/null; done | grep ') Z ' || true"), 10)


def test_the_browser_goes_the_same_way_as_on_the_bare_install(service: Client) -> None:
    journeys = [f"tests/browser/{name}.py" for name in some(("test_journey", "test_probes"), 1)]
    looks = [] if FULL else ["-k", "not dark"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *looks, *journeys],
        cwd=ROOT,
        env={**os.environ, "TIEBREAK_TEST_URL": ADDRESS},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_sigterm_ends_it_with_a_run_in_flight_and_the_history_stays(service: Client) -> None:
    finished = service.over(service.submit("polynomial_gradient"))["id"]
    run = service.submit("mlp_train", preset="rigorous")
    until(lambda: "probes/boot.py" in inside("cat /proc/*/cmdline | tr '\\0' ' '"))
    docker("stop", "--time", "10", NAME)
    state = inspected("container", NAME)["State"]
    assert (state["Running"], state["ExitCode"]) == (False, 0)  # 137 if it had to be killed
    docker("start", NAME)
    service.until_ready()
    assert service.run(run)["status"] == "interrupted"
    assert service.run(finished)["status"] == "done"
    assert service.over(service.submit("polynomial_gradient"))["status"] == "done"
