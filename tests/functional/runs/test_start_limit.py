"""A client may start so many runs and no more, is told when it may again, and leaves no trace."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI

from tests.support.pages.page_tree import parse_page, text_of
from tests.support.runs.run_services import FORM, RUNS, application_with
from tests.support.storage.databases import stored_bytes, without_a_store
from tests.support.web.web_client import HTML, problem_fields

ALLOWED = {"runs_per_hour": 10, "queue_limit": 100}
"""Two runs at once."""


def client_at(app: FastAPI, address: str) -> httpx.AsyncClient:
    """A client that comes from this address."""
    transport = httpx.ASGITransport(app=app, client=(address, 4711))
    return httpx.AsyncClient(transport=transport, base_url="http://tiebreak.test")


@pytest.fixture
def limited(folder: Path, interpreter: str) -> FastAPI:
    return application_with(folder, interpreter, **ALLOWED)


@pytest.fixture
async def visitor(limited: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_at(limited, "198.51.100.7") as client:
        yield client


async def start(client: httpx.AsyncClient, headers: Mapping[str, str] | None = None) -> httpx.Response:
    return await client.post(RUNS, json={"probe": "fine"}, headers=headers)


async def use_up(client: httpx.AsyncClient) -> None:
    assert [(await start(client)).status_code for _ in range(2)] == [202, 202]


async def test_the_api_says_when_to_come_again(visitor: httpx.AsyncClient) -> None:
    await use_up(visitor)
    refused = await start(visitor)
    assert refused.status_code == 429
    assert problem_fields(refused) == ["probe"]
    assert 440 < int(refused.headers["retry-after"]) <= 451
    assert f"{refused.headers['retry-after']} s" in refused.json()["detail"]
    assert (await visitor.get(RUNS)).headers["total-count"] == "2"


@pytest.mark.parametrize("place", ["/probes/fine", "/verdicts"])
async def test_the_forms_say_so_on_their_page_and_count_with_the_api(visitor: httpx.AsyncClient, place: str) -> None:
    assert (await visitor.post(place, content=urlencode({"preset": "quick"}), headers=FORM)).status_code == 303
    assert (await start(visitor)).status_code == 202
    refused = await visitor.post(place, content=urlencode({"preset": "quick"}), headers=FORM)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert "This address has started as many runs as it may for now." in text_of(parse_page(refused.text))


async def test_what_is_refused_for_another_reason_counts_for_nothing(folder: Path, interpreter: str) -> None:
    app = application_with(folder, interpreter, runs_per_hour=50, queue_limit=1)
    async with client_at(app, "198.51.100.7") as client:
        for body in ({"probe": "nothing"}, {"probe": "fine", "device": "cuda"}, {"probe": 5}, {}) * 4:
            assert (await client.post(RUNS, json=body)).status_code == 422
        first = [await start(client) for _ in range(2)]
        assert [response.status_code for response in first] == [202, 202]
        for _ in range(20):
            full = await start(client)
            assert (full.status_code, full.json()["title"]) == (429, "Too many runs wait")
        await client.delete(first[0].headers["location"])
        assert (await start(client)).status_code == 202


async def test_everybody_has_their_own(limited: FastAPI, visitor: httpx.AsyncClient) -> None:
    await use_up(visitor)
    async with client_at(limited, "198.51.100.8") as other:
        assert (await start(other)).status_code == 202


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::3", "2001:db8:1:2:ffff::4", True),
        ("2001:db8:1:2::3", "2001:db8:1:3::3", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("::ffff:198.51.100.7", "198.51.100.7", True),
        ("::ffff:198.51.100.7", "::ffff:198.51.100.8", False),
    ],
)
async def test_an_ipv6_client_is_its_network(limited: FastAPI, first: str, second: str, same: bool) -> None:
    async with client_at(limited, first) as one, client_at(limited, second) as other:
        await use_up(one)
        assert (await start(other)).status_code == (429 if same else 202)


async def test_a_forged_address_is_none(visitor: httpx.AsyncClient) -> None:
    await use_up(visitor)
    for header in ("x-forwarded-for", "x-real-ip", "forwarded", "client-ip", "cf-connecting-ip"):
        assert (await start(visitor, {header: "203.0.113.9"})).status_code == 429


async def test_behind_a_trusted_proxy_its_clients_are_told_apart(folder: Path, interpreter: str) -> None:
    app = application_with(folder, interpreter, trusted_proxies=("10.0.0.1",), **ALLOWED)
    async with client_at(app, "10.0.0.1") as proxy:
        for address in ("198.51.100.7", "198.51.100.8"):
            forwarded = {"x-forwarded-for": f"203.0.113.9, {address}"}
            assert [(await start(proxy, forwarded)).status_code for _ in range(3)] == [202, 202, 429]


async def test_whoever_has_the_token_is_not_limited(folder: Path, interpreter: str) -> None:
    token = "the-token-of-these-tests"
    app = application_with(folder, interpreter, api_token=token, **ALLOWED)
    async with client_at(app, "198.51.100.7") as client:
        for _ in range(5):
            assert (await start(client, {"authorization": f"Bearer {token}"})).status_code == 202


async def test_zero_sets_no_limit(folder: Path, interpreter: str) -> None:
    app = application_with(folder, interpreter, runs_per_hour=0, queue_limit=200)
    async with client_at(app, "198.51.100.7") as client:
        assert {(await start(client)).status_code for _ in range(130)} == {202}


async def test_a_second_replica_knows_what_the_first_has_counted(
    folder: Path, interpreter: str, visitor: httpx.AsyncClient
) -> None:
    await use_up(visitor)
    async with client_at(application_with(folder, interpreter, **ALLOWED), "198.51.100.7") as elsewhere:
        assert (await start(elsewhere)).status_code == 429


async def test_nothing_that_is_stored_names_the_client(
    folder: Path, visitor: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    await start(visitor)
    await start(visitor)
    await start(visitor)
    written = stored_bytes(folder / "data")
    assert b"allowances" in written
    assert b"198.51.100" not in written
    assert bytes([198, 51, 100, 7]) not in written
    assert "198.51.100" not in caplog.text


@pytest.mark.parametrize("headers", [{}, HTML])
async def test_without_a_store_nothing_is_started_and_that_is_said(
    folder: Path, visitor: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    with without_a_store(folder / "data"):
        assert (await start(visitor, headers)).status_code == 503
    assert (await start(visitor, headers)).status_code == 202
