"""With a token set, starting and cancelling need it."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest

from tests.support.pages.page_client import page_at
from tests.support.pages.page_tree import only, parse_page, text_of, with_class
from tests.support.runs.run_services import (
    FORM,
    RUNS,
    application_with,
    run_server,
)
from tests.support.web.web_client import client_of

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


@pytest.mark.parametrize(
    "place", [f"{RUNS}?token={{}}", f"{RUNS}?access_token={{}}", f"{RUNS}?authorization=Bearer%20{{}}"]
)
async def test_a_token_in_an_address_opens_nothing(guarded: httpx.AsyncClient, place: str) -> None:
    """Addresses are kept in histories and logs of others."""
    address = place.format(quote(TOKEN, safe=""))
    assert (await guarded.post(address, json={"probe": "fine"})).status_code == 401


async def test_no_page_shows_the_token(guarded: httpx.AsyncClient) -> None:
    refused = await guarded.post("/probes/fine", content=urlencode({"token": TOKEN, "preset": "none"}), headers=FORM)
    assert refused.status_code == 422
    started = await guarded.post("/probes/fine", content=urlencode({"token": TOKEN}), headers=FORM)
    addresses = ("/probes", "/probes/fine", started.headers["location"], "/openapi.json", "/api/v1/environment")
    for page in (refused, started, *[await guarded.get(address) for address in addresses]):
        assert TOKEN not in page.text
        assert TOKEN not in str(page.headers)


def test_no_log_shows_the_token_or_what_was_tried(folder: Path, interpreter: str) -> None:
    settings = {"TIEBREAK_API_TOKEN": TOKEN, "TIEBREAK_LOG_LEVEL": "debug"}
    settings |= {f"TIEBREAK_{name}_PYTHON": interpreter for name in ("PYTORCH", "TENSORFLOW")}
    with run_server(folder, folder / "data", settings) as server:
        for token, status in ((TOKEN, 202), ("a-token-that-was-tried", 401)):
            headers = {"authorization": f"Bearer {token}"}
            assert server.client.post(RUNS, json={"probe": "fine"}, headers=headers).status_code == status
            form = {"token": token}
            assert server.client.post("/probes/fine", data=form).status_code in (303, 401)
            server.client.get(f"/advice?token={token}")
        server.end(signal.SIGTERM)
        written = server.log.read_bytes() + b"".join(path.read_bytes() for path in (folder / "data").rglob("*.db*"))
    assert TOKEN.encode() not in written
    assert b"a-token-that-was-tried" not in written
