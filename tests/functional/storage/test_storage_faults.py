"""A database that is locked, full, slow or gone: what does not need it answers, and no run is lost or a ghost."""

import signal
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.runs.run_services import RUNS, RunServer, run_server
from tests.support.storage.faults import AWAY, FAULTS, HARMS_OTHERS, Fault
from tests.support.waiting import until
from tests.support.web.web_client import HTML, PROBLEM
from tests.support.worker.interpreters import both_by, with_stand_in
from tests.support.worker.tiny_probes import write_probe
from tests.support.worker.worker_processes import LINUX, gone_within

pytestmark = [LINUX, *HARMS_OTHERS, pytest.mark.timeout(300)]

GATED = """
Path("{begun}").touch()
while not Path("{gate}").exists():
    time.sleep(0.02)
return {{"seen": "all of it"}}
"""

QUERY = "language=python&deployment=mobile&data_type=images&goal=production"
ANSWERS = {"answers": {"language": "python", "deployment": "mobile", "data_type": "images", "goal": "production"}}

PAGES = (
    "/",
    f"/advice?{QUERY}",
    f"/advice.md?{QUERY}",
    f"/advice?{QUERY}&verdicts=shipped",
    "/map",
    "/claims",
    "/claims/tf-only-reverse-mode",
    "/verdicts",
    "/probes",
    "/probes/fine",
    "/sources",
    "/methodology",
    "/docs",
)
ROUTES = ("/api/v1/questionnaire", "/api/v1/claims", "/api/v1/sources", "/api/v1/probes", "/healthz", "/openapi.json")


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    return tmp_path / "begun"


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """The file that a run waits for."""
    return tmp_path / "gate"


@pytest.fixture
def folder(tmp_path: Path, begun: Path, gate: Path) -> Path:
    write_probe(tmp_path, "fine")
    write_probe(tmp_path, "gated", GATED.format(begun=begun, gate=gate))
    return tmp_path


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    interpreter = with_stand_in(tmp_path / "stand-in")
    return both_by(interpreter)


def listening(server: RunServer, run: str) -> tuple[threading.Thread, list[dict[str, Any]]]:
    """Somebody who listens to a run, and what he hears."""
    heard: list[dict[str, Any]] = []

    def listen() -> None:
        with httpx.Client(base_url=server.client.base_url, timeout=120) as client:
            heard.extend(RunServer(server.process, client, server.log, server.data).events(run))

    thread = threading.Thread(target=listen)
    thread.start()
    until(lambda: heard)
    return thread, heard


def assert_refused(response: httpx.Response, says: str) -> None:
    assert response.status_code == 503, response.text
    assert int(response.headers["retry-after"]) > 0
    assert says in response.text


def assert_everything_else_answers(client: httpx.Client) -> None:
    for page in PAGES:
        response = client.get(page, headers=HTML)
        assert response.status_code == 200, page
    for route in ROUTES:
        assert client.get(route).status_code == 200, route
    advice = client.post("/api/v1/advice", json=ANSWERS)
    assert advice.status_code == 200
    assert advice.json()["headline"]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_run_outlives_it_and_everything_else_answers_meanwhile(
    folder: Path, tmp_path: Path, settings: dict[str, str], begun: Path, gate: Path, fault: Fault
) -> None:
    with fault.server(folder, tmp_path / "data", settings) as server:
        run = server.submit("gated")
        until(begun.exists)
        listener, heard = listening(server, run)
        with fault.block(server):
            refused = server.client.post(RUNS, json={"probe": "fine"})
            assert_refused(refused, fault.says)
            assert refused.headers["content-type"] == PROBLEM
            form = {**HTML, "content-type": "application/x-www-form-urlencoded"}
            assert_refused(server.client.post("/probes/fine", headers=form), "The run was not started")
            assert_refused(server.client.get("/readyz"), "Not ready: store")
            if not fault.readable:
                for address in (f"{RUNS}/{run}", RUNS, f"{RUNS}/{run}/events"):
                    assert_refused(server.client.get(address), "The store of runs")
                assert_refused(server.client.get(f"/runs/{run}", headers=HTML), "The store of runs")
                page = server.client.get("/claims", headers=HTML).text
                assert "Verdicts of this server may be" in page
            gate.touch()
            assert_everything_else_answers(server.client)
            until(lambda: not server.workers())
        done = server.over(run, 60)
        assert (done["status"], done["error"]) == ("done", None)
        assert [result["observation"] for result in done["results"]] == [{"seen": "all of it"}] * 2
        listener.join(60)
        assert [event["event"] for event in heard][-2:] == ["status", "end"]
        assert [event["id"] for event in heard] == list(range(1, len(heard) + 1))
        until(lambda: server.client.get("/readyz").status_code == 200)
        assert server.over(server.submit("fine"))["status"] == "done"
        until(lambda: "Verdicts of this server may be" not in server.client.get("/claims", headers=HTML).text)
        assert server.client.get(RUNS).headers["total-count"] == "2"
        assert not list((tmp_path / "data" / "unstored").glob("*"))
        assert "Traceback" not in server.log.read_text()


def test_what_was_measured_while_the_store_was_away_survives_the_server_s_death(
    folder: Path, tmp_path: Path, settings: dict[str, str], begun: Path, gate: Path
) -> None:
    with run_server(folder, tmp_path / "data", settings) as server:
        run = server.submit("gated")
        until(begun.exists)
        with AWAY.block(server):
            gate.touch()
            until((tmp_path / "data" / "unstored" / f"{run}.json").exists)
            server.end(signal.SIGKILL)
            gone_within(server.owner, 2)
    with run_server(folder, tmp_path / "data", settings) as server:
        done = server.get(run)
        assert done["status"] == "done"
        assert [result["observation"] for result in done["results"]] == [{"seen": "all of it"}] * 2
        assert [event["event"] for event in server.events(run)][-2:] == ["status", "end"]
        assert not list((tmp_path / "data" / "unstored").glob("*"))


def test_a_server_stops_although_the_store_is_away(
    folder: Path, tmp_path: Path, settings: dict[str, str], begun: Path
) -> None:
    with run_server(folder, tmp_path / "data", settings) as server:
        run = server.submit("gated")
        until(begun.exists)
        with AWAY.block(server):
            assert server.end(signal.SIGTERM) in (0, -signal.SIGTERM)
            gone_within(server.owner, 2)
            assert "Traceback" not in server.log.read_text()
    with run_server(folder, tmp_path / "data", settings) as server:
        assert server.get(run)["status"] == "interrupted"
