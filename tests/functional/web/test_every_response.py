"""What holds for every response: also for a crash, for HEAD, for static files, and for what caches may keep."""

import re

import httpx
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from app.web.middleware import SECURITY_HEADERS

HTML = {"accept": "text/html"}
CONFLICT = (
    "/advice?language=python&deployment=browser&data_type=text&goal=production&model=pretrained"
    "&needs=language_models&needs=on_device_training"
)


def crashing_application() -> FastAPI:
    app = create_app(Settings(rules=None))

    @app.get("/crash")
    async def crash() -> None:
        raise RuntimeError("a secret of the server")

    return app


@pytest.mark.parametrize(("headers", "kind"), [({}, "application/problem+json"), (HTML, "text/html; charset=utf-8")])
async def test_a_crash_is_answered_without_its_cause(headers: dict[str, str], kind: str) -> None:
    transport = httpx.ASGITransport(app=crashing_application(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.get("/crash", headers=headers)
    assert response.status_code == 500
    assert response.headers["content-type"] == kind
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert {name: response.headers[name] for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)


@pytest.mark.parametrize("address", ["/", "/claims", "/api/v1/claims", "/healthz", "/static/docs.js", "/nothing"])
async def test_head_answers_as_get_does_without_a_body(client: httpx.AsyncClient, address: str) -> None:
    get, head = await client.get(address), await client.head(address)
    assert head.status_code == get.status_code
    assert head.headers["content-type"] == get.headers["content-type"]
    assert head.content == b""


async def test_a_page_names_its_assets_so_that_they_can_be_kept_for_good(client: httpx.AsyncClient) -> None:
    (address,) = re.findall(r'href="(/static/tiebreak\.css\?v=[0-9a-f]+)"', (await client.get("/", headers=HTML)).text)
    assert "immutable" in (await client.get(address)).headers["cache-control"]
    assert (await client.get("/static/tiebreak.css")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("headers", [{}, HTML])
@pytest.mark.parametrize("address", ["/advice?language=latin", "/nothing", "/claims?source=nobody"])
async def test_caches_are_told_that_a_refusal_depends_on_what_is_accepted(
    client: httpx.AsyncClient, address: str, headers: dict[str, str]
) -> None:
    assert "accept" in (await client.get(address, headers=headers)).headers["vary"].lower()


async def test_contradicting_constraints_are_not_called_either_will_do(client: httpx.AsyncClient) -> None:
    page = (await client.get(CONFLICT, headers=HTML)).text
    record = (await client.get(CONFLICT.replace("/advice?", "/advice.md?"))).text
    assert "Either will do" not in page
    assert "no single framework meets all of them" in page
    assert "# No single framework meets every constraint" in record


async def test_a_reason_that_rests_on_a_retired_component_says_so(client: httpx.AsyncClient) -> None:
    page = await client.get("/advice?language=python&deployment=server&data_type=tabular&goal=production", headers=HTML)
    assert "TorchScript: retired" in page.text


async def test_the_record_ends_with_an_address_that_can_be_opened_from_elsewhere(client: httpx.AsyncClient) -> None:
    record = await client.get("/advice.md?language=python&deployment=server&data_type=tabular&goal=production")
    address = record.text.strip().split()[-1]
    assert address.startswith(f"{client.base_url}".rstrip("/") + "/advice?language=python")
    assert (await client.get(address)).status_code == 200


ANSWERS = {
    "a page": ("GET", "/claims", {}, 200),
    "a file": ("GET", "/static/tiebreak.css", {}, 200),
    "an answer of the API": ("GET", "/api/v1/claims", {}, 200),
    "a record": ("GET", "/advice.md?language=python&deployment=server&data_type=text&goal=research", {}, 200),
    "a picture": ("GET", "/map.svg", {}, 200),
    "health": ("GET", "/healthz", {}, 200),
    "the document": ("GET", "/openapi.json", {}, 200),
    "nothing there": ("GET", "/nothing", {}, 404),
    "no such file": ("GET", "/static/nothing", {}, 404),
    "a wrong method": ("PUT", "/advice", {}, 405),
    "no JSON": ("POST", "/api/v1/advice", {"content-type": "application/json"}, 422),
    "a form of another site": ("POST", "/verdicts", {"origin": "http://evil.example"}, 403),
    "a long query": ("GET", f"/?goal={'x' * 9_000}", {}, 414),
    "large headers": ("GET", "/", {"x-large": "a" * 40_000}, 431),
}


@pytest.mark.parametrize(("method", "address", "headers", "status"), ANSWERS.values(), ids=list(ANSWERS))
async def test_every_answer_has_the_security_headers_and_says_how_long_it_may_be_kept(
    client: httpx.AsyncClient, method: str, address: str, headers: dict[str, str], status: int
) -> None:
    response = await client.request(method, address, headers=headers)
    assert response.status_code == status
    assert {name: response.headers[name] for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)
    assert response.headers["cache-control"] == "no-cache"
    assert "strict-transport-security" not in response.headers  # the proxy's to say, which knows that there is TLS


def test_the_policy_lets_a_page_load_from_its_own_site_only() -> None:
    directives = dict(part.strip().split(" ", 1) for part in SECURITY_HEADERS["content-security-policy"].split(";"))
    assert directives["default-src"] == "'none'"
    allowed = {"'self'", "'none'", "data:"}
    assert {source for sources in directives.values() for source in sources.split()} == allowed
    assert [name for name, sources in directives.items() if "data:" in sources] == ["img-src"]
