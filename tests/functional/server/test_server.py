"""The real server as a child process: it answers, stays small, imports no framework, and ends when it is told to."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.paths import PROBES
from tests.support.advice.answer_sets import POLICIES, seeded_answers, shipped_rules
from tests.support.server.child_processes import PATIENCE_S, UNHIDDEN, Server, environment, serving
from tests.support.web.web_client import CORE, HTML, advice_address, problem_fields, raw_for_api
from tests.support.worker.worker_processes import LINUX

FRAMEWORKS = ("torch", "tensorflow", "keras")

MAPPED = re.compile(r"/(torch|tensorflow|tensorflow_cpu|keras)[./-]|lib(torch|tensorflow)", re.IGNORECASE)
"""A framework's file in a process's memory map."""

MEMORY_LIMIT_KB = 192 * 1024

FILES = [path for kind in ("capability", "timing") for path in (PROBES / kind).glob("[a-z]*.py")]

IMPORT_CHECK = f"""
import sys
from app.main import create_app
create_app()
found = [name for name in sys.modules if name.split(".")[0] in {FRAMEWORKS!r}]
assert not found, found
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path / "server.log") as running:
        yield running


def use_every_page(server: Server) -> None:
    """Ask for every page, every route and many advices."""
    addresses = ["/", "/claims", "/sources", "/methodology", "/docs", "/openapi.json", "/healthz", "/readyz"]
    addresses += [f"/claims/{id}" for id in shipped_rules().claims]
    addresses += ["/static/tiebreak.css", "/static/swagger/swagger-ui-bundle.js", "/static/swagger/swagger-ui.css"]
    addresses += ["/probes", *(f"/probes/{path.stem}" for path in FILES)]
    routes = ("questionnaire", "claims", "sources", "probes", "environment", "runs")
    addresses += [f"/api/v1/{route}" for route in routes]
    for raw in seeded_answers(seed=3, count=30):
        addresses += [advice_address(raw, policy, page) for policy in POLICIES for page in ("/advice", "/advice.md")]
    with httpx.Client(base_url=server.address, timeout=PATIENCE_S) as client:
        for address in addresses:
            assert client.get(address, headers=HTML).status_code == 200, address
        posted = client.post("/api/v1/advice", json={"answers": raw_for_api(CORE)})
    assert posted.status_code == 200


def memory_kb(server: Server, name: str) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)
    assert found
    return int(found[1])


@LINUX
def test_a_used_server_is_small_and_maps_no_framework(tmp_path: Path) -> None:
    with serving(tmp_path / "server.log", program=(sys.executable, "-c", UNHIDDEN)) as server:
        use_every_page(server)
        maps = Path(f"/proc/{server.process.pid}/maps").read_text()
        assert "python" in maps
        assert not [line for line in maps.splitlines() if MAPPED.search(line)]
        assert memory_kb(server, "VmRSS") < MEMORY_LIMIT_KB
        assert memory_kb(server, "VmHWM") < MEMORY_LIMIT_KB
        assert "ERROR" not in server.log.read_text()


def test_the_pattern_knows_a_framework_when_it_sees_one() -> None:
    assert MAPPED.search("7f00 r-xp /venv/lib/python3.11/site-packages/torch/_C.so")
    assert MAPPED.search("7f00 r-xp /venv/lib/python3.11/site-packages/torch/lib/libtorch_cpu.so")
    assert not MAPPED.search("7f00 r-xp /usr/lib/python3.11/lib-dynload/_json.so")


def test_the_application_imports_no_framework() -> None:
    child = subprocess.run(
        [sys.executable, "-c", IMPORT_CHECK], capture_output=True, text=True, env=environment(), check=False
    )
    assert (child.returncode, child.stdout, child.stderr) == (0, "", "")


def test_a_terminated_server_ends_quietly(server: Server) -> None:
    assert httpx.get(f"{server.address}/healthz").status_code == 200
    assert server.terminate() in (0, -signal.SIGTERM)
    assert "Traceback" not in server.log.read_text()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.address}/healthz")


def test_a_terminated_server_does_not_wait_for_idle_connections(server: Server) -> None:
    with httpx.Client(base_url=server.address) as client:
        assert client.get("/healthz").status_code == 200
        assert server.terminate() in (0, -signal.SIGTERM)
    assert "Traceback" not in server.log.read_text()


def test_two_servers_run_side_by_side_and_agree(server: Server, tmp_path: Path) -> None:
    with serving(tmp_path / "second.log") as second:
        assert second.port != server.port
        pages = [httpx.get(one.address + advice_address(CORE), headers=HTML) for one in (server, second)]
        assert [page.status_code for page in pages] == [200, 200]
        assert pages[0].content == pages[1].content
        second.terminate()
        assert httpx.get(f"{server.address}/healthz").status_code == 200


def test_the_limits_hold_on_the_wire_too(server: Server) -> None:
    with httpx.Client(base_url=server.address) as client:
        body = client.post("/api/v1/advice", content=b" " * 70_000)
        query = client.get(f"/advice?goal={'x' * 60_000}")
        assert (body.status_code, query.status_code) == (413, 414)
        assert (problem_fields(body), problem_fields(query)) == (["body"], ["query"])
        assert "content-security-policy" in query.headers
        assert client.head("/claims/nothing").content == b""
        assert client.get("/healthz").status_code == 200
    assert "Traceback" not in server.log.read_text()


def test_a_setting_reaches_the_server(tmp_path: Path) -> None:
    with serving(tmp_path / "server.log", {"TIEBREAK_MAX_BODY_BYTES": "1024"}) as server:
        assert httpx.post(f"{server.address}/api/v1/advice", content=b" " * 1025).status_code == 413
