"""With its names set, the service answers to no other name."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from app.web.hosts import host_of
from tests.support.web.web_client import client_of, problem_fields

NAMES = ("Advice.example.org", "*.lab.example.org", "[::1]", "fd00::7", "192.0.2.1", "localhost")


@pytest.fixture(scope="module")
def named_application(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return create_app(Settings(rules=None, data=tmp_path_factory.mktemp("data"), allowed_hosts=NAMES))


@pytest.fixture
async def named(named_application: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(named_application) as client:
        yield client


@pytest.mark.parametrize(
    "host",
    [
        "advice.example.org",
        "ADVICE.example.ORG:8443",
        "advice.example.org.",
        "a.lab.example.org",
        "b.a.lab.example.org:80",
        "[::1]:8000",
        "[::1]",
        "[fd00::7]:80",
        "192.0.2.1:8000",
        "localhost",
    ],
)
async def test_its_own_names_are_answered_at_any_port(named: httpx.AsyncClient, host: str) -> None:
    assert (await named.get("/api/v1/questionnaire", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "advice.example.org.evil.example",
        "evil-advice.example.org",
        "lab.example.org",
        ".lab.example.org",
        "evillab.example.org",
        "192.0.2.10",
        "[::2]:8000",
        "[::1]evil.example",
        "::1",
        "advice.example.org:80:80",
        "advice.example.org@evil.example",
        "advice.example.org:evil",
        "*.lab.example.org:x",
        "[",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/v1/questionnaire", "/static/tiebreak.css", "/nothing"])
async def test_another_name_is_refused_everywhere(named: httpx.AsyncClient, host: str, path: str) -> None:
    response = await named.get(path, headers={b"host": host.encode(), b"accept": b"text/html"})
    assert response.status_code == 421
    assert problem_fields(response) == ["host"]
    assert "content-security-policy" in response.headers
    assert "example.org" not in response.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_whoever_watches_over_it_may_ask_by_any_name(named: httpx.AsyncClient, path: str) -> None:
    assert (await named.get(path, headers={"host": "10.1.2.3:8000"})).status_code == 200


async def test_a_forwarded_name_is_no_name(named: httpx.AsyncClient) -> None:
    headers = {"host": "evil.example", "x-forwarded-host": "advice.example.org", "forwarded": "host=localhost"}
    assert (await named.get("/", headers=headers)).status_code == 421


async def test_without_names_every_name_is_answered(client: httpx.AsyncClient) -> None:
    assert (await client.get("/", headers={"host": "anything.example"})).status_code == 200


def test_a_host_is_read_out_of_what_stands_around_it() -> None:
    assert [host_of(given) for given in ("A.b:1", "[::1]", "[::1]:1", "a:b", "[a]b", "")] == [
        "a.b",
        "::1",
        "::1",
        "",
        "",
        "",
    ]
