"""From a claim's page to a verdict, and from the verdict to the advice: on the pages and through the API."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI

from tests.support.runs.run_services import FORM, RUNS, application_with, executing, over, submitted
from tests.support.web.web_client import CORE, HTML
from tests.support.worker.interpreters import with_empty_frameworks
from tests.support.worker.tiny_probes import write_probe

RULES = """\
claims:
  - id: own-claim
    statement: PyTorch sees all of it.
    criterion: randomness
    favours: pytorch
    strength: 3
    kind: capability
    probe: ragged
    sources: [{id: tiebreak, section: A test's own}]
    matters_when: always
    expects:
      - see: pytorch.seen
        is: all of it
        holds: "PyTorch's program saw {observed}"
        fails: "PyTorch's program saw {observed} only"
"""
SEES_PART = 'print("a word from the half")\nreturn {"seen": "<b>half</b> of it"}'
WAITS = 'time.sleep(3)\nreturn {"seen": "all of it"}'
ADVICE = "/api/v1/advice"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.yaml").write_text(RULES, encoding="utf-8")
    write_probe(tmp_path, "ragged", SEES_PART)
    return tmp_path


@pytest.fixture
def app(folder: Path) -> FastAPI:
    interpreter = with_empty_frameworks(folder / "stand-ins", '__version__ = "0.0"\n')
    return application_with(folder, interpreter, rules=folder / "rules")


async def page(client: httpx.AsyncClient, address: str) -> str:
    response = await client.get(address, headers=HTML)
    assert response.status_code == 200, response.text
    return response.text


async def advice(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    response = await client.post(ADVICE, json={"answers": CORE, **more})
    assert response.status_code == 200, response.text
    answered: dict[str, Any] = response.json()
    return answered


async def checked(client: httpx.AsyncClient) -> str:
    """Check the claim by its page's button; the id of the run once it is over."""
    started = await client.post("/claims/own-claim/check", content="", headers=FORM)
    assert (started.status_code, started.headers["location"]) == (303, "/claims/own-claim#check")
    run = (await client.get(RUNS)).json()[0]["id"]
    assert (await over(client, run))["status"] == "done"
    await asyncio.sleep(1.1)  # what other processes found is looked for once a second
    return str(run)


async def test_a_claim_says_what_it_expects_before_anything_was_run(app: FastAPI) -> None:
    async with executing(app) as client:
        text = await page(client, "/claims/own-claim")
    assert "PyTorch › seen is all of it" in text
    assert "Check now" in text
    assert text.count('<pre class="code"') >= 2


async def test_a_claim_can_be_checked_and_shows_verdict_expectation_observation_and_both_programs(app: FastAPI) -> None:
    async with executing(app) as client:
        run = await checked(client)
        text = await page(client, "/claims/own-claim")
        shown = await page(client, f"/runs/{run}")
    for one in (text, shown):
        assert "PyTorch&#39;s program saw &lt;b&gt;half&lt;/b&gt; of it only." in one
        assert "badge-refuted" in one
        assert "not met" in one
    assert f'href="/runs/{run}">checked here on' in text
    assert "a word from the half" in text
    assert "Shipped status: " in text


async def test_a_claim_that_is_being_checked_shows_how_far_it_is(app: FastAPI, folder: Path) -> None:
    write_probe(folder, "ragged", WAITS)
    async with executing(app) as client:
        await client.post("/claims/own-claim/check", content="", headers=FORM)
        text = await page(client, "/claims/own-claim")
        run = (await client.get(RUNS)).json()[0]["id"]
        assert "This claim is being checked" in text
        assert f'data-events="/api/v1/runs/{run}/events"' in text
        assert 'http-equiv="refresh"' in text
        assert "Check now" not in text
        await over(client, run)
        assert "badge-confirmed" in await page(client, "/claims/own-claim")


async def test_the_api_gives_the_verdict_with_its_checks(app: FastAPI) -> None:
    async with executing(app) as client:
        before = (await client.get("/api/v1/claims/own-claim")).json()
        run = await checked(client)
        claim = (await client.get("/api/v1/claims/own-claim")).json()
        verdicts = {one["claim"]: one for one in (await client.get(f"{RUNS}/{run}")).json()["verdicts"]}
        refuted = [one["id"] for one in (await client.get("/api/v1/claims?status=refuted")).json()]
    assert (before["status"], before["checked_here"]) == ("unchecked", None)
    assert (claim["status"], claim["shipped_status"]) == ("refuted", "unchecked")
    assert claim["checked_here"]["run"] == run
    assert claim["note"] == "PyTorch's program saw <b>half</b> of it only."
    assert verdicts["own-claim"]["checks"][0]["observed"] == "<b>half</b> of it"
    assert "own-claim" in refuted


async def test_the_advice_knows_and_its_links_stay(app: FastAPI, folder: Path) -> None:
    async with executing(app) as client:
        before = await advice(client)
        await checked(client)
        refuted = await advice(client)
        write_probe(folder, "ragged")
        await checked(client)
        confirmed = await advice(client)
        assert before["scores"]["pytorch"] > refuted["scores"]["pytorch"]
        assert confirmed["scores"]["pytorch"] > before["scores"]["pytorch"]
        assert [one["claim"] for one in refuted["set_aside"] if one["checked_here"]][-1:] == ["own-claim"]
        assert "own-claim" in refuted["checking"]["here"]
        assert "own-claim" in before["checking"]["open"]
        assert refuted["as_shipped"]["scores"] == before["scores"]
        differing = [one for argument in refuted["as_shipped"]["differences"] for one in argument["statements"]]
        assert {"own-claim"} <= {one["claim"] for one in differing}
        # as shipped, and as it was after the first run
        for verdicts, expected in (("shipped", before), (refuted["verdicts_revision"], refuted)):
            again = await advice(client, verdicts=verdicts)
            assert again["scores"] == expected["scores"]
            linked = await page(client, again["permalinks"]["here"])
            assert f'value="{expected["scores"]["pytorch"]}"' in linked


async def test_the_pages_of_an_advice_mark_and_offer_what_can_be_checked(app: FastAPI) -> None:
    address = f"/advice?{urlencode(CORE, doseq=True)}"
    async with executing(app) as client:
        before = await page(client, address)
        assert "own-claim" in before
        await checked(client)
        after = await page(client, address)
        shipped = await page(client, f"{address}&verdicts=shipped")
        record = await client.get(f"/advice.md{address.removeprefix('/advice')}")
    assert "This server has not checked any of these statements yet" in before
    assert "checked here on" in after
    assert "With this server&#39;s verdicts" in after or "With this server's verdicts" in after
    assert "checked here on" not in shipped
    assert "verdicts=" in record.text
    assert "up to its verdict number" in record.text


async def test_some_claims_are_checked_at_once(app: FastAPI) -> None:
    async with executing(app) as client:
        started = await client.post("/verdicts", content="claims=own-claim&preset=quick", headers=FORM)
        assert started.status_code == 303
        run = await over(client, started.headers["location"].removeprefix("/runs/"))
        shown = await page(client, started.headers["location"])
        card = await page(client, "/verdicts")
    assert run["claims"] == ["own-claim"]
    assert run["results"][0]["probe"] == "ragged"
    assert "Everything, for 1 claim" in shown
    assert "Which claims hold up" in card


async def test_while_everything_is_checked_its_page_says_so_and_can_cancel(app: FastAPI, folder: Path) -> None:
    write_probe(folder, "ragged", WAITS)
    async with executing(app) as client:
        run = await submitted(client, "everything")
        text = await page(client, "/verdicts")
        assert "Everything is being checked" in text
        assert f'action="/runs/{run}/cancel"' in text
        await client.post(f"/runs/{run}/cancel", content="", headers=FORM)
        assert (await over(client, run))["status"] == "cancelled"
        assert "Check everything on this machine" in await page(client, "/verdicts")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"probe": "everything", "device": "cuda"}, "device"),
        ({"probe": "everything", "mode": "eager"}, "mode"),
        ({"probe": "everything", "control": "pytorch"}, "control"),
        ({"probe": "everything", "claims": ["no-such-claim"]}, "claims"),
        ({"probe": "ragged", "claims": ["own-claim"]}, "claims"),
        ({"probe": "everything", "claims": "own-claim"}, "claims"),
    ],
)
async def test_what_cannot_be_checked_is_refused_by_name(app: FastAPI, body: dict[str, Any], field: str) -> None:
    async with executing(app) as client:
        response = await client.post(RUNS, json=body)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]


@pytest.mark.parametrize("verdicts", ["-1", "1.5", "tomorrow", "9" * 30, "7"])
async def test_verdicts_that_this_server_does_not_have_are_refused(app: FastAPI, verdicts: str) -> None:
    async with executing(app) as client:
        shown = await client.get(f"/advice?language=python&verdicts={verdicts}", headers={"accept": "application/json"})
        asked = await client.post(ADVICE, json={"answers": CORE, "verdicts": verdicts})
    assert (shown.status_code, asked.status_code) == (422, 422)
    assert any(error["field"] == "verdicts" for error in asked.json()["errors"]) or "verdicts" in asked.text


async def test_a_form_of_another_site_checks_nothing(app: FastAPI) -> None:
    async with executing(app) as client:
        for address in ("/verdicts", "/claims/own-claim/check"):
            response = await client.post(address, content="", headers={**FORM, "sec-fetch-site": "cross-site"})
            assert response.status_code == 403
        assert (await client.get(RUNS)).json() == []


async def test_a_claim_without_a_probe_cannot_be_checked(app: FastAPI) -> None:
    async with executing(app) as client:
        response = await client.post("/claims/torchserve-serves-pytorch/check", content="", headers=FORM)
        missing = await client.post("/claims/nowhere/check", content="", headers=FORM)
    assert (response.status_code, missing.status_code) == (404, 404)
