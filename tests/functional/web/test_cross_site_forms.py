"""A form of another site's page starts and cancels nothing; one of this site does, behind a proxy with TLS too."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from tests.support.runs.run_services import FORM, RUNS, application_with
from tests.support.web.web_client import client_of
from tests.support.worker.interpreters import with_nothing_but_numpy
from tests.support.worker.tiny_probes import write_probe

PLACES = ("/probes/fine", "/verdicts", "/claims/c1/check", "/runs/1/cancel")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    folder = tmp_path_factory.mktemp("probes")
    write_probe(folder, "fine")
    return application_with(folder, with_nothing_but_numpy(folder / "slim"), queue_limit=100)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


@pytest.mark.parametrize(
    "forged",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://tiebreak.test.evil.example"},
        {"origin": "http://tiebreak.test:81"},
        {"origin": "file://tiebreak.test"},
        {"origin": "tiebreak.test"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "http://tiebreak.test"},
        {"sec-fetch-site": ""},
        {"origin": "http://evil.example", "x-forwarded-host": "evil.example"},
        {"origin": "http://evil.example", "forwarded": "host=evil.example"},
    ],
)
@pytest.mark.parametrize("place", PLACES)
async def test_another_sites_form_is_refused(client: httpx.AsyncClient, place: str, forged: dict[str, str]) -> None:
    before = (await client.get(RUNS)).headers["total-count"]
    response = await client.post(place, content="", headers=FORM | forged)
    assert response.status_code == 403
    assert (await client.get(RUNS)).headers["total-count"] == before


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("advice.example.org", "https://advice.example.org"),
        ("advice.example.org", "http://advice.example.org"),
        ("advice.example.org:443", "https://advice.example.org"),
        ("advice.example.org:8443", "https://advice.example.org:8443"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("Advice.example.org", "https://advice.example.org"),
    ],
)
async def test_this_sites_form_is_taken_whoever_ended_the_tls(
    client: httpx.AsyncClient, host: str, origin: str
) -> None:
    response = await client.post("/probes/fine", content="", headers=FORM | {"host": host, "origin": origin})
    assert response.status_code == 303
    assert response.headers["location"].startswith("/runs/")
