"""Runs as callers meet them: submitted, queued, told, listed, cancelled, refused, and shown on their pages."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import psutil
import pytest
from fastapi import FastAPI

from app.runs.models import Event
from app.runs.runners import runner_is_gone, this_runner
from tests.functional.interpreters import with_nothing_but_numpy, with_stand_in
from tests.functional.page_client import page_at
from tests.functional.page_tree import form_values, only, parse_page, text_of, with_class
from tests.functional.run_services import (
    RunServer,
    application_with,
    executing,
    in_status,
    over,
    parsed_events,
    run_server,
    submitted,
)
from tests.functional.tiny_probes import noting, write_probe, write_timing_probe
from tests.functional.web_client import HTML, client_of, problem_fields
from tests.functional.worker_processes import LINUX, workers_of

RUNS = "/api/v1/runs"
ASLEEP = "time.sleep(600)"
FORM = {**HTML, "content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Probes that work, sleep and fail, and a timed one."""
    write_probe(tmp_path, "fine")
    write_probe(tmp_path, "asleep", ASLEEP)
    write_probe(tmp_path, "broken", "raise RuntimeError('<b>no</b>')", "raise RuntimeError('neither')")
    write_timing_probe(tmp_path, "timed")
    for name in "abc":
        write_probe(tmp_path, name, noting(tmp_path / "notes", 0.1, name))
    return tmp_path


@pytest.fixture
def interpreter(tmp_path: Path) -> str:
    return with_nothing_but_numpy(tmp_path / "slim")


@pytest.fixture
def app(folder: Path, interpreter: str) -> FastAPI:
    return application_with(folder, interpreter, queue_limit=2)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that executes what is submitted."""
    async with executing(app) as client:
        yield client


@pytest.fixture
async def waiting(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that executes nothing, so that every run waits."""
    async with client_of(app) as client:
        yield client


async def events_of(client: httpx.AsyncClient, id: str, last: str | None = None) -> list[dict[str, Any]]:
    headers = {} if last is None else {"last-event-id": last}
    response = await client.get(f"{RUNS}/{id}/events", headers=headers)
    assert response.status_code == 200
    return list(parsed_events(iter(response.text.splitlines())))


# A run's life


async def test_a_run_is_stored_before_it_is_answered(waiting: httpx.AsyncClient) -> None:
    response = await waiting.post(RUNS, json={"probe": "fine"})
    run = response.json()
    assert response.status_code == 202
    assert response.headers["location"] == f"{RUNS}/{run['id']}"
    assert (run["probe"], run["preset"], run["device"], run["status"]) == ("fine", "quick", "cpu", "queued")
    assert run["created_at"]
    assert (run["started_at"], run["finished_at"], run["results"], run["error"]) == (None, None, [], None)
    assert (await waiting.get(response.headers["location"])).json() == run


async def test_a_run_passes_from_queued_to_done(client: httpx.AsyncClient) -> None:
    run = await over(client, await submitted(client, "fine"))
    assert run["status"] == "done"
    assert run["created_at"] <= run["started_at"] <= run["finished_at"]
    assert [result["framework"] for result in run["results"]] == ["pytorch", "tensorflow"]
    assert all(result["observation"] == {"seen": "all of it"} for result in run["results"])
    assert run["environment"]["protocol"]["seed"] >= 0
    statuses = [event["data"]["status"] for event in await events_of(client, run["id"]) if event["event"] == "status"]
    assert statuses == ["queued", "running", "done"]


async def test_a_run_that_fails_says_why(client: httpx.AsyncClient) -> None:
    run = await over(client, await submitted(client, "broken"))
    assert run["status"] == "failed"
    assert run["error"]["reason"] == "exception"
    assert run["error"]["message"] == "RuntimeError: <b>no</b>"
    ended = (await events_of(client, run["id"]))[-2]
    assert ended["data"] == {"status": "failed", "reason": "RuntimeError: <b>no</b>"}


async def test_runs_are_executed_one_at_a_time_in_their_order(client: httpx.AsyncClient, folder: Path) -> None:
    ids = [await submitted(client, probe) for probe in "cab"]
    for id in ids:
        await over(client, id)
    notes = (folder / "notes").read_text().splitlines()
    assert notes == [f"{name} {moment}" for name in "cab" for moment in ("begins", "ends")]


async def test_what_waits_when_the_service_stops_is_executed_at_the_next_start(
    folder: Path, interpreter: str, waiting: httpx.AsyncClient
) -> None:
    id = await submitted(waiting, "fine")
    async with executing(application_with(folder, interpreter)) as client:
        assert (await over(client, id))["status"] == "done"


async def test_a_probe_that_is_gone_when_its_turn_comes_fails(
    folder: Path, interpreter: str, waiting: httpx.AsyncClient
) -> None:
    id = await submitted(waiting, "a")
    (folder / "capability" / "a.py").unlink()
    async with executing(application_with(folder, interpreter)) as client:
        run = await over(client, id)
        assert run["status"] == "failed"
        assert "no such probe" in run["error"]["message"]
        assert (await client.get(f"/runs/{id}", headers=HTML)).status_code == 200


def test_a_runner_is_known_by_its_process_whatever_the_clock_says(monkeypatch: pytest.MonkeyPatch) -> None:
    runner, (boot, create) = this_runner(), (psutil.boot_time, psutil.Process.create_time)
    host, pid, born = runner.rsplit("/", 2)
    monkeypatch.setattr(psutil, "boot_time", lambda: boot() + 3600)  # somebody has set the clock
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: create(process) + 3600)
    assert not runner_is_gone(runner)
    assert runner_is_gone(f"{host}/{pid}/{float(born) - 1:.2f}")  # another process with this number
    assert runner_is_gone(f"{host}-2/{pid}/{born}")
    assert runner_is_gone(f"{host}/{2**22 + 1}/{born}")


# The queue


async def test_a_full_queue_says_when_to_come_again(client: httpx.AsyncClient) -> None:
    first = await submitted(client, "asleep")
    waits = [await submitted(client, "fine") for _ in range(2)]
    refused = await client.post(RUNS, json={"probe": "fine"})
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert int(refused.headers["retry-after"]) > 0
    assert (await client.delete(f"{RUNS}/{waits[0]}")).status_code == 200
    assert (await client.post(RUNS, json={"probe": "fine"})).status_code == 202
    await client.delete(f"{RUNS}/{first}")


async def test_submitting_at_once_does_not_get_past_the_limit(waiting: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(waiting.post(RUNS, json={"probe": "fine"}) for _ in range(12)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [202] * 3 + [429] * 9
    assert (await waiting.get(RUNS)).headers["total-count"] == "3"


async def test_the_page_says_that_the_queue_is_full(waiting: httpx.AsyncClient) -> None:
    for _ in range(3):
        await submitted(waiting, "fine")
    refused = await waiting.post("/probes/fine", headers=FORM)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert "wait or run already" in text_of(parse_page(refused.text))


# Cancelling


async def test_a_queued_run_can_be_cancelled(waiting: httpx.AsyncClient) -> None:
    id = await submitted(waiting, "fine")
    response = await waiting.delete(f"{RUNS}/{id}")
    assert response.status_code == 200
    assert response.json()["status"] == "cancelled"
    events = await events_of(waiting, id)
    assert [event["event"] for event in events] == ["status", "status", "end"]
    assert events[1]["data"] == {"status": "cancelled", "reason": "cancelled before it started"}


@LINUX
async def test_a_running_run_can_be_cancelled_and_its_processes_are_gone(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    owner = app.state.service.runs._executor.owner
    id = await submitted(client, "asleep")
    async with asyncio.timeout(20):
        while not workers_of(owner):
            await asyncio.sleep(0.02)
    response = await client.delete(f"{RUNS}/{id}")
    assert response.json()["status"] == "cancelled"
    assert workers_of(owner) == []
    assert (await over(client, await submitted(client, "fine")))["status"] == "done"


async def test_what_is_over_cannot_be_cancelled(client: httpx.AsyncClient) -> None:
    for probe in ("fine", "broken"):
        id = await submitted(client, probe)
        run = await over(client, id)
        response = await client.delete(f"{RUNS}/{id}")
        assert response.status_code == 409
        assert problem_fields(response) == ["id"]
        assert (await client.get(f"{RUNS}/{id}")).json() == run


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
@pytest.mark.parametrize("id", ["nothing", "0" * 16, "%00", "x" * 3000, "%F0%9F%98%80"])
async def test_an_unknown_run_is_a_404(waiting: httpx.AsyncClient, method: str, id: str) -> None:
    place = f"/runs/{id}/cancel" if method == "POST" else f"{RUNS}/{id}"
    headers = {"content-type": "application/x-www-form-urlencoded"} if method == "POST" else {}
    response = await waiting.request(method, place, headers=headers)
    assert response.status_code == 404
    assert problem_fields(response) == ["id"]
    assert (await waiting.get(f"{RUNS}/{id}/events")).status_code == 404


# What is refused


@pytest.mark.parametrize(
    ("body", "field", "allowed"),
    [
        ({}, "probe", ()),
        ({"probe": "nothing"}, "probe", ("fine", "timed")),
        ({"probe": 5}, "probe", ()),
        ({"probe": "../fine"}, "probe", ("fine",)),
        ({"probe": "fine", "preset": "slow"}, "preset", ("quick", "standard", "rigorous")),
        ({"probe": "fine", "device": "tpu"}, "device", ("cpu", "cuda", "mps")),
        ({"probe": "fine", "device": "cuda"}, "device", ("cpu",)),
        ({"probe": "fine", "mode": "lazy"}, "mode", ("ordinary", "eager", "compiled")),
        ({"probe": "fine", "mode": "eager"}, "mode", ("ordinary",)),
        ({"probe": "fine", "control": "jax"}, "control", ("pytorch", "tensorflow")),
        ({"probe": "fine", "colour": "blue"}, "colour", ()),
        ({"probe": "fine", "seed": 1}, "seed", ()),
        ([], "body", ()),
        ("fine", "body", ()),
        (None, "body", ()),
    ],
)
async def test_what_cannot_be_run_is_a_422_that_names_the_field(
    waiting: httpx.AsyncClient, body: Any, field: str, allowed: tuple[str, ...]
) -> None:
    response = await waiting.post(RUNS, json=body)
    assert response.status_code == 422
    assert problem_fields(response) == [field]
    assert set(allowed) <= set(response.json()["errors"][0]["allowed"])
    assert (await waiting.get(RUNS)).headers["total-count"] == "0"


async def test_all_faults_are_named_at_once(waiting: httpx.AsyncClient) -> None:
    response = await waiting.post(RUNS, json={"probe": "fine", "preset": "slow", "device": "tpu", "colour": "blue"})
    assert sorted(problem_fields(response)) == ["colour", "device", "preset"]
    both = await waiting.post(RUNS, json={"probe": "fine", "device": "cuda", "mode": "eager"})
    assert sorted(problem_fields(both)) == ["device", "mode"]


@pytest.mark.parametrize("device", ["cuda", "mps"])
async def test_a_device_that_is_not_there_is_a_422_that_says_what_is(waiting: httpx.AsyncClient, device: str) -> None:
    response = await waiting.post(RUNS, json={"probe": "timed", "device": device})
    assert response.status_code == 422
    assert problem_fields(response) == ["device"]
    error = response.json()["errors"][0]
    assert f"no {device} device" in error["message"]
    assert "PyTorch" in error["message"]
    assert error["allowed"] == ["cpu"]


async def test_a_program_of_another_site_cannot_start_a_run(waiting: httpx.AsyncClient) -> None:
    """What a page can send anywhere without asking: the body that would do, under a type that needs no permission."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        response = await waiting.post(RUNS, content=b'{"probe": "fine"}', headers={"content-type": kind})
        assert response.status_code == 422
    assert (await waiting.get(RUNS)).headers["total-count"] == "0"


# The history


async def test_the_history_comes_newest_first_by_page(folder: Path, interpreter: str) -> None:
    async with client_of(application_with(folder, interpreter, queue_limit=100)) as client:
        ids = [await submitted(client, probe) for probe in itertools.islice(itertools.cycle("abc"), 7)]
        seen, address = [], f"{RUNS}?size=3"
        for expected in (3, 3, 1):
            response = await client.get(address)
            page = response.json()
            assert response.headers["total-count"] == "7"
            assert len(page) == expected
            seen += [run["id"] for run in page]
            links = dict(reversed(pair) for pair in re.findall(r'<([^>]+)>; rel="(\w+)"', response.headers["link"]))
            address = links.get("next", "")
        assert seen == ids[::-1]
        assert not address
        assert [run["id"] for run in (await client.get(links["prev"])).json()] == ids[::-1][3:6]
        assert "results" not in page[0]


async def test_the_history_of_one_probe(waiting: httpx.AsyncClient) -> None:
    ids = [await submitted(waiting, probe) for probe in ("a", "b", "a")]
    response = await waiting.get(f"{RUNS}?probe=a&size=1")
    assert (response.headers["total-count"], response.json()[0]["id"]) == ("2", ids[2])
    following = re.search(r'<([^>]+)>; rel="next"', response.headers["link"])
    assert following
    assert [run["id"] for run in (await waiting.get(following[1])).json()] == [ids[0]]
    nothing = await waiting.get(f"{RUNS}?probe=nothing")
    assert (nothing.json(), nothing.headers["total-count"], "link" in nothing.headers) == ([], "0", False)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=10001", "page"),
        ("page=x", "page"),
        ("page=1&page=2", "page"),
        ("size=0", "size"),
        ("size=101", "size"),
        ("size=1e2", "size"),
        ("colour=blue", "colour"),
        (f"page={'9' * 400}", "page"),
    ],
)
async def test_a_part_of_the_history_that_cannot_be_had_is_a_422(
    waiting: httpx.AsyncClient, query: str, field: str
) -> None:
    response = await waiting.get(f"{RUNS}?{query}")
    assert response.status_code == 422
    assert problem_fields(response) == [field]


# Events


async def test_events_are_replayed_from_the_start_and_end_once(client: httpx.AsyncClient) -> None:
    id = await submitted(client, "fine")
    await over(client, id)
    events = await events_of(client, id)
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    kinds = [event["event"] for event in events]
    assert kinds[0] == "status"
    assert kinds[-1] == "end"
    assert kinds.count("end") == 1
    assert "progress" in kinds
    assert set(kinds) <= set(Event.model_fields["kind"].annotation.__args__)  # type: ignore[union-attr]
    assert events[-1]["data"] == {"status": "done"}


@pytest.mark.parametrize(
    ("last", "skipped"), [("0", 0), ("1", 1), ("3", 3), ("", 0), ("x", 0), ("-1", 0), ("²", 0), (None, 0)]
)
async def test_events_go_on_after_the_last_one_that_was_seen(
    client: httpx.AsyncClient, last: str | None, skipped: int
) -> None:
    id = await submitted(client, "fine")
    await over(client, id)
    headers = [] if last is None else [(b"last-event-id", last.encode())]
    response = await client.get(f"{RUNS}/{id}/events", headers=headers)
    assert list(parsed_events(iter(response.text.splitlines()))) == (await events_of(client, id))[skipped:]


@pytest.mark.parametrize("last", ["1000000", "9" * 40])
async def test_a_listener_that_claims_to_have_seen_more_is_not_kept_waiting(
    client: httpx.AsyncClient, last: str
) -> None:
    id = await submitted(client, "fine")
    await over(client, id)
    async with asyncio.timeout(5):
        assert [event["event"] for event in await events_of(client, id, last)] == ["end"]


async def test_a_listener_that_connects_again_after_the_end_is_told_of_it_again(client: httpx.AsyncClient) -> None:
    """As a browser's EventSource does by itself when a stream ends."""
    id = await submitted(client, "fine")
    await over(client, id)
    end = (await events_of(client, id))[-1]
    async with asyncio.timeout(5):
        assert await events_of(client, id, str(end["id"])) == [end]


@pytest.fixture
def server(folder: Path, tmp_path: Path) -> Iterator[RunServer]:
    """A real server, whose streams are not gathered before they are handed on; PyTorch's stand-in can be timed."""
    interpreter = with_stand_in(tmp_path / "stand-in")
    settings = {"TIEBREAK_PYTORCH_PYTHON": interpreter, "TIEBREAK_TENSORFLOW_PYTHON": interpreter}
    with run_server(folder, tmp_path / "data", settings) as server:
        yield server


def test_events_come_while_a_run_goes_on(server: RunServer) -> None:
    id = server.submit("timed", control="pytorch")
    statuses = []
    for event in server.events(id):
        if event["event"] == "progress" and event["data"]["done"] == 1:
            statuses.append(server.get(id)["status"])
    assert statuses == ["running"]
    assert event["event"] == "end"
    run = server.get(id)
    assert run["status"] == "done"
    assert run["comparison"]["equivalence"]["passed"] is True
    assert len(run["results"][0]["samples_s"]) == 8


def test_a_late_listener_and_one_that_comes_again_miss_nothing(server: RunServer) -> None:
    id = server.submit("timed", control="pytorch")
    first = list(itertools.islice(server.events(id), 3))
    again = list(server.events(id, last_event_id=str(first[-1]["id"])))
    late = list(server.events(id))
    assert first + again == late
    assert [event["event"] for event in late].count("end") == 1
    assert any(event["event"] == "result" for event in late)


def test_a_listener_of_a_queued_run_hears_of_its_turn(server: RunServer) -> None:
    asleep, waits = server.submit("asleep"), server.submit("fine")
    events = server.events(waits)
    assert next(events)["data"] == {"status": "queued"}
    server.client.delete(f"{RUNS}/{asleep}")
    assert [event["data"]["status"] for event in events if event["event"] == "status"] == ["running", "done"]


def test_no_reader_is_kept_from_a_run_by_a_listener_that_went_away(server: RunServer) -> None:
    id = server.submit("asleep")
    for _ in range(5):
        with server.client.stream("GET", f"{RUNS}/{id}/events") as response:
            next(response.iter_lines())
    assert server.client.delete(f"{RUNS}/{id}").json()["status"] == "cancelled"
    assert server.over(server.submit("fine"))["status"] == "done"


# The token

TOKEN = "a-token.of_the~tests+1/2="


@pytest.fixture
async def guarded(folder: Path, interpreter: str) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(application_with(folder, interpreter, api_token=TOKEN)) as client:
        yield client


def bearer(token: str, scheme: str = "Bearer") -> dict[bytes, bytes]:
    return {b"authorization": f"{scheme} {token}".encode()}


@pytest.mark.parametrize(
    "headers",
    [{}, bearer("wrong"), bearer(TOKEN, "Basic"), bearer(""), bearer(f"{TOKEN}x"), {b"authorization": b"\xff"}],
)
async def test_without_the_token_nothing_is_started_or_cancelled(
    guarded: httpx.AsyncClient, headers: dict[bytes, bytes]
) -> None:
    for response in (
        await guarded.post(RUNS, json={"probe": "fine"}, headers=headers),
        await guarded.delete(f"{RUNS}/nothing", headers=headers),
    ):
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert response.headers["content-type"] == "application/problem+json"
        assert TOKEN not in response.text
    assert (await guarded.get(RUNS)).headers["total-count"] == "0"


async def test_with_the_token_runs_are_started_and_cancelled(guarded: httpx.AsyncClient) -> None:
    started = await guarded.post(RUNS, json={"probe": "fine"}, headers=bearer("token"))
    assert started.status_code == 401
    started = await guarded.post(RUNS, json={"probe": "fine"}, headers=bearer(TOKEN))
    assert started.status_code == 202
    id = started.json()["id"]
    assert (await guarded.get(f"{RUNS}/{id}")).status_code == 200
    cancelled = await guarded.delete(f"{RUNS}/{id}", headers=bearer(TOKEN, "bearer"))
    assert cancelled.json()["status"] == "cancelled"


async def test_the_forms_ask_for_the_token(guarded: httpx.AsyncClient) -> None:
    page = only(await page_at(guarded, "/probes/fine"), "form")
    assert [field.get("type") for field in page.iter("input")] == ["password"]
    refused = await guarded.post("/probes/fine", content=urlencode({"token": "wrong"}), headers=FORM)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert "token" in text_of(with_class(parse_page(refused.text), "summary-of-problems")[0])
    assert "wrong" not in refused.text
    started = await guarded.post("/probes/fine", content=urlencode({"token": TOKEN}), headers=FORM)
    assert started.status_code == 303
    id = started.headers["location"].removeprefix("/runs/")
    cancel = f"/runs/{id}/cancel"
    assert (await guarded.post(cancel, content="", headers=FORM)).status_code == 401
    assert (await guarded.post(cancel, content=urlencode({"token": TOKEN}), headers=FORM)).status_code == 303


# The pages


async def sent(client: httpx.AsyncClient, address: str, **changed: str) -> httpx.Response:
    """The form of a page, sent as a browser without JavaScript sends it."""
    form = only(only(await page_at(client, address), "main"), "form")
    assert form.get("method") == "post"
    fields = dict(form_values(form)) | changed
    return await client.post(form.attrib["action"], content=urlencode(fields), headers=FORM)


async def test_a_run_is_started_watched_and_read_without_javascript(client: httpx.AsyncClient) -> None:
    started = await sent(client, "/probes/fine")
    assert started.status_code == 303
    address = started.headers["location"]
    assert re.fullmatch(r"/runs/[0-9a-f]{16}", address)
    await over(client, address.removeprefix("/runs/"))
    page = await page_at(client, address)
    assert "Observed in both frameworks." in text_of(only(page, "h1"))
    assert "all of it" in text_of(only(page, "main"))
    assert address in (await client.get("/probes/fine", headers=HTML)).text
    assert address in (await client.get("/probes", headers=HTML)).text


async def test_a_timed_probe_s_form_sends_what_is_chosen(waiting: httpx.AsyncClient) -> None:
    started = await sent(waiting, "/probes/timed", preset="standard", mode="eager")
    run = (await waiting.get(f"/api/v1{started.headers['location']}")).json()
    assert (run["preset"], run["device"], run["mode"]) == ("standard", "cpu", "eager")


async def test_a_run_is_cancelled_without_javascript(waiting: httpx.AsyncClient) -> None:
    address = (await sent(waiting, "/probes/fine")).headers["location"]
    assert "http-equiv" in (await waiting.get(address, headers=HTML)).text  # it reloads itself
    cancelled = await sent(waiting, address)
    assert (cancelled.status_code, cancelled.headers["location"]) == (303, address)
    page = await page_at(waiting, address)
    assert "Was cancelled." in text_of(only(page, "h1"))
    assert "http-equiv" not in (await waiting.get(address, headers=HTML)).text
    again = await waiting.post(f"{address}/cancel", content="", headers=FORM)
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"preset": "slow"}, "preset"),
        ({"preset": "standard", "device": "cuda"}, "device"),
        ({"mode": "lazy"}, "mode"),
        ({"colour": "<script>alert(1)</script>"}, "colour"),
        ({"<script>alert(1)</script>": "x"}, "<script>"),
    ],
)
async def test_a_refused_form_comes_back_with_what_was_chosen(
    waiting: httpx.AsyncClient, fields: dict[str, str], named: str
) -> None:
    refused = await waiting.post("/probes/timed", content=urlencode(fields), headers=FORM)
    assert refused.status_code == 422
    page = parse_page(refused.text)
    assert named in text_of(with_class(page, "summary-of-problems")[0])
    assert "<script>alert" not in refused.text
    if "standard" in fields.values():
        assert dict(form_values(only(only(page, "main"), "form")))["preset"] == "standard"
    as_program = await waiting.post("/probes/timed", content=urlencode(fields), headers={**FORM, "accept": "*/*"})
    assert as_program.status_code == 422
    assert problem_fields(as_program)


@pytest.mark.parametrize("body", ["preset=quick&preset=rigorous", "preset=quick&preset=quick"])
async def test_a_field_that_is_sent_twice_is_refused(waiting: httpx.AsyncClient, body: str) -> None:
    refused = await waiting.post("/probes/timed", content=body, headers=FORM)
    assert refused.status_code == 422
    assert "preset" in refused.text


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "nonsense"])
async def test_another_site_s_form_is_refused(waiting: httpx.AsyncClient, site: str) -> None:
    id = await submitted(waiting, "fine")
    for address in ("/probes/fine", f"/runs/{id}/cancel"):
        refused = await waiting.post(address, content="", headers={**FORM, "sec-fetch-site": site})
        assert refused.status_code == 403
        assert "Another site" in text_of(parse_page(refused.text))
    assert (await waiting.get(f"{RUNS}/{id}")).json()["status"] == "queued"
    assert (await waiting.get(RUNS)).headers["total-count"] == "1"


@pytest.mark.parametrize("site", ["same-origin", "none"])
async def test_a_form_of_this_site_is_taken(waiting: httpx.AsyncClient, site: str) -> None:
    taken = await waiting.post("/probes/fine", content="", headers={**FORM, "sec-fetch-site": site})
    assert taken.status_code == 303


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
async def test_what_is_no_form_is_refused(waiting: httpx.AsyncClient, kind: str) -> None:
    refused = await waiting.post("/probes/fine", content=b"{}", headers={**HTML, "content-type": kind})
    assert refused.status_code == 400


async def test_runs_have_pages_in_every_state(client: httpx.AsyncClient) -> None:
    done, failed = [await submitted(client, probe) for probe in ("fine", "broken")]
    assert [(await over(client, id))["status"] for id in (done, failed)] == ["done", "failed"]
    running, queued, cancelled = [await submitted(client, probe) for probe in ("asleep", "fine", "fine")]
    await in_status(client, running, "running")
    await client.delete(f"{RUNS}/{cancelled}")
    words = {
        done: "Observed in both frameworks.",
        failed: "An exception was raised: RuntimeError: <b>no</b>",
        running: "Is running.",
        queued: "Waits for its turn.",
        cancelled: "Was cancelled.",
    }
    for id, said in words.items():
        page = await page_at(client, f"/runs/{id}")
        assert said in text_of(only(page, "h1"))
        assert len(list(page.iter("script"))) == (1 if id in (running, queued) else 0)
    await client.delete(f"{RUNS}/{running}")


async def test_a_timed_run_s_page_shows_what_was_measured(folder: Path, tmp_path: Path) -> None:
    app = application_with(folder, with_stand_in(tmp_path / "stand-in"))
    async with executing(app) as client:
        id = await submitted(client, "timed", control="pytorch")
        assert (await over(client, id))["status"] == "done"
        page = await page_at(client, f"/runs/{id}")
    said = text_of(only(page, "main"))
    assert "PyTorch, first" in said
    assert "Both computed the same" in said
    assert "All timed blocks" in said
    counted = [dot for dot in with_class(page, "plot-dot") if "plot-out" not in dot.attrib["class"].split()]
    assert len(counted) == 16


# Whatever is sent


PLACES = (
    "/probes",
    "/probes/fine",
    "/probes/nothing",
    "/runs/{id}",
    RUNS,
    f"{RUNS}/{{id}}",
    f"{RUNS}/{{id}}/events",
    "/api/v1/probes",
    "/api/v1/probes/fine",
    "/api/v1/environment",
)


@pytest.mark.parametrize("place", PLACES)
async def test_head_answers_as_get_does_without_a_body(waiting: httpx.AsyncClient, place: str) -> None:
    id = await submitted(waiting, "fine")
    await waiting.delete(f"{RUNS}/{id}")
    get, head = [await waiting.request(method, place.format(id=id)) for method in ("GET", "HEAD")]
    assert (head.status_code, head.headers["content-type"]) == (get.status_code, get.headers["content-type"])
    assert head.content == b""


BODIES = [
    b"",
    b"\xff\xfe",
    b"{",
    b"[" * 20_000,
    b'{"probe": "fine", "probe": ["fine"]}',
    b'{"probe": "\\ud800"}',
    b'{"probe": "fine\\u0000"}',
    b'{"probe": "fine", "preset": ' + b"9" * 5000 + b"}",
    b'{"probe": "fine", "device": NaN}',
    b"preset=%ff%fe&device=%00",
    b"preset=\xc3\xa4&" + b"a=b&" * 5000,
    b"&&&=&=",
    b"token=" + b"x" * 60_000,
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_no_body_breaks_the_service(waiting: httpx.AsyncClient, body: bytes) -> None:
    for place in (RUNS, "/probes/fine", "/probes/nothing", "/runs/nothing/cancel"):
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
            for accept in ("text/html", "*/*"):
                headers = {"content-type": kind, "accept": accept}
                response = await waiting.post(place, content=body, headers=headers)
                assert response.status_code in (202, 303, 400, 404, 422, 429), (place, kind)
                assert "Traceback (most" not in response.text
    assert (await waiting.get("/readyz")).status_code == 200
