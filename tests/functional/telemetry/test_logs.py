"""What is logged of requests and runs, and that nothing of it is about visitors."""

import json
import logging
import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.telemetry.logs import Format, Level
from tests.support.runs.run_services import FORM, application_with, over, run_server, submitted
from tests.support.server.child_processes import serving
from tests.support.telemetry.captured_logs import lines_of, logged
from tests.support.telemetry.visitor import ADDRESS, MARK, REQUESTS, SENT, TOKEN
from tests.support.web.web_client import HTML


@pytest.fixture
def guarded(folder: Path, interpreter: str) -> FastAPI:
    return application_with(folder, interpreter, api_token=TOKEN)


@pytest.mark.parametrize("level", ["info", "debug"])
@pytest.mark.parametrize("format", ["plain", "json"])
async def test_nothing_that_a_visitor_sends_is_logged(guarded: FastAPI, format: Format, level: Level) -> None:
    transport = httpx.ASGITransport(app=guarded, client=(ADDRESS, 47_111))
    with logged(format, level) as log:
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{MARK}.test", headers=SENT) as client:
            for method, address, body in REQUESTS:
                await client.request(method, address, content=body)
                await client.request(method, address, content=body, headers=HTML)
            form = f"token={TOKEN}&preset={MARK}&{MARK}=1".encode()
            await client.post("/probes/fine", content=form, headers={**FORM, "origin": f"http://{MARK}.test"})
            await client.post("/probes/fine", content=form, headers=FORM)
    said = log.getvalue()
    assert len(re.findall("tiebreak.requests", said)) >= 2 * len(REQUESTS)
    assert MARK not in said.lower()
    assert ADDRESS not in said
    assert "47111" not in said


async def test_a_request_is_told_in_one_line(client: httpx.AsyncClient) -> None:
    with logged() as log:
        answer = await client.get("/claims/nothing?secret=1", headers={"x-request-id": "quoted-by-a-person"})
    (line,) = lines_of(log)
    assert line.pop("duration_ms") > 0
    assert line.pop("time").endswith("Z")
    assert line.pop("message").startswith("GET /claims/{id} 404 in ")
    assert line == {
        "level": "INFO",
        "logger": "tiebreak.requests",
        "request_id": "quoted-by-a-person",
        "method": "GET",
        "route": "/claims/{id}",
        "status": 404,
        "bytes": len(answer.content),
    }


@pytest.mark.parametrize(
    ("method", "address", "said"),
    [
        ("GET", "/", "GET / 200"),
        ("HEAD", "/claims", "HEAD /claims 200"),
        ("GET", "/openapi.json", "GET /openapi.json 200"),
        ("GET", "/no/such/page", "GET unmatched 404"),
        ("BREW", "/", "other / 405"),
        ("GET", f"/advice?goal={'x' * 9_000}", "GET unmatched 414"),
    ],
)
async def test_a_line_names_the_route_and_not_the_path(
    client: httpx.AsyncClient, method: str, address: str, said: str
) -> None:
    with logged("plain") as log:
        await client.request(method, address)
    (line,) = log.getvalue().splitlines()
    form = r"\S+Z INFO tiebreak\.requests: {} in [\d.]+ ms, \d+ bytes \[request [0-9a-f]{{16}}\]"
    assert re.fullmatch(form.format(re.escape(said)), line)


async def test_what_machines_ask_all_the_time_is_told_at_debug_only(client: httpx.AsyncClient) -> None:
    quiet = ["/healthz", "/readyz", "/metrics", "/static/tiebreak.css", "/static/swagger/swagger-ui.css"]
    for level, expected in (("info", []), ("debug", [*quiet[:3], "/static/{path}", "/static/swagger/{path}"])):
        with logged("json", level) as log:  # type: ignore[arg-type]
            for address in quiet:
                assert (await client.get(address)).status_code == 200
        assert [line["route"] for line in lines_of(log, "tiebreak.requests")] == expected


@pytest.mark.parametrize(("level", "lines"), [("info", 1), ("warning", 0), ("error", 0)])
async def test_the_level_decides_what_is_logged(client: httpx.AsyncClient, level: Level, lines: int) -> None:
    with logged("plain", level) as log:
        await client.get("/")
    assert len(log.getvalue().splitlines()) == lines


async def test_each_change_of_a_run_is_told_in_one_line(executed: httpx.AsyncClient) -> None:
    with logged() as log:
        id = await submitted(executed, "broken")
        reason = (await over(executed, id))["error"]["message"]
    lines = lines_of(log, "tiebreak.runs")
    assert [line["status"] for line in lines] == ["queued", "running", "failed"]
    assert {(line["run_id"], line["probe"], line["preset"], line["device"]) for line in lines} == {
        (id, "broken", "quick", "cpu")
    }
    assert ["seconds" in line for line in lines] == [False, True, True]
    assert lines[2]["reason"] == reason
    assert ["request_id" in line for line in lines] == [True, False, False]


async def test_what_is_logged_while_a_run_is_executed_names_it(executed: httpx.AsyncClient, app: FastAPI) -> None:
    """A fault inside the run's own thread."""

    def fail(*_: object) -> None:
        raise RuntimeError("the thread's own fault")

    app.state.service.runs.executor.perform = fail
    with logged() as log:
        id = await submitted(executed, "fine")
        assert (await over(executed, id))["status"] == "failed"
    (line,) = [line for line in lines_of(log) if "traceback" in line]
    assert (line["run_id"], line["level"]) == (id, "ERROR")
    assert "the thread's own fault" in line["traceback"]


CRASHING = """
whole_app = make_app

def make_app(settings):
    application = whole_app(settings)

    @application.get("/crash/{value}")
    async def crash(value: str):
        try:
            int(value)
        except ValueError as error:
            raise RuntimeError(value) from error

    return application
"""


@pytest.mark.parametrize(("level", "quoted"), [("info", False), ("debug", True)])
def test_a_crash_is_logged_once_with_its_request_and_without_what_was_sent(
    tmp_path: Path, level: str, quoted: bool
) -> None:
    settings = {"TIEBREAK_LOG_FORMAT": "json", "TIEBREAK_LOG_LEVEL": level}
    with run_server(tmp_path, tmp_path / "data", settings, CRASHING) as server:
        answer = server.client.get(f"/crash/{MARK}")
        assert httpx.get(f"{server.client.base_url}/healthz").status_code == 200
        said = server.log.read_text()
    lines = [json.loads(line) for line in said.splitlines()]
    (crash,) = [line for line in lines if "traceback" in line]
    assert answer.status_code == 500
    assert crash["request_id"] == answer.headers["x-request-id"]
    assert crash["level"] == "ERROR"
    assert "in crash" in crash["traceback"]
    assert "ValueError" in crash["traceback"]
    assert "RuntimeError" in crash["traceback"]
    assert (MARK in said) is quoted
    (told,) = [line for line in lines if line.get("status") == 500]
    assert (told["route"], told["request_id"]) == ("/crash/{value}", crash["request_id"])


@pytest.mark.parametrize("format", ["plain", "json"])
def test_the_server_s_own_lines_have_the_same_form(tmp_path: Path, format: str) -> None:
    with serving(tmp_path / "log", {"TIEBREAK_LOG_FORMAT": format}) as server:
        httpx.get(server.address)
        server.terminate()
    lines = server.log.read_text().splitlines()
    assert len(lines) >= 5
    if format == "json":
        assert all({"time", "level", "logger", "message"} <= set(json.loads(line)) for line in lines)
    else:
        assert all(re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z [A-Z]+ [\w.]+: ", line) for line in lines)


def test_a_plain_line_stays_one_line() -> None:
    with logged("plain") as log:
        logging.getLogger("tiebreak.test").warning("first\nsecond\r\n%s", "third\n")
    assert len(log.getvalue().splitlines()) == 1
