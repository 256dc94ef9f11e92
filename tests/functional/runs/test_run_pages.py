"""The forms and pages of runs, as a browser without JavaScript uses them."""

import re
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from tests.support.pages.page_client import page_at
from tests.support.pages.page_tree import form_values, only, parse_page, text_of, with_class
from tests.support.runs.run_services import (
    FORM,
    RUNS,
    application_with,
    executing,
    in_status,
    over,
    submitted,
)
from tests.support.web.web_client import HTML, problem_fields
from tests.support.worker.interpreters import with_stand_in


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
    assert "Cancelled." in text_of(only(page, "h1"))
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
        running: "Running.",
        queued: "Waiting in the queue.",
        cancelled: "Cancelled.",
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
