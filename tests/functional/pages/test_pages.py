"""What holds for every page: whole, accessible, nothing inline, nothing from elsewhere, the same headers."""

import httpx
import pytest

from tests.support.advice.answer_sets import shipped_rules
from tests.support.pages.page_client import RICH
from tests.support.pages.page_tree import ids_of, only, parse_page, text_of
from tests.support.web.web_client import CORE, HTML, advice_address

PAGES = [
    "/",
    "/?language=python&needs=speed&policy=documents&change=needs",
    advice_address(CORE),
    advice_address(RICH),
    advice_address(RICH, "documents"),
    "/claims",
    "/claims?source=real-python-2024&status=opinion",
    f"/claims/{next(iter(shipped_rules().claims))}",
    "/sources",
    "/methodology",
    "/docs",
    "/probes",
    "/probes/polynomial_gradient",
    "/probes/matmul_256",
]

REFUSED = [
    "/nothing",
    "/claims/nothing",
    "/probes/nothing",
    "/runs/nothing",
    "/claims?status=perhaps",
    "/advice",
    "/advice.md?goal=fame",
    "/static/nothing",
]

SECURITY = {
    "content-security-policy": "default-src 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}

LOADING = ("src", "srcset", "poster", "data", "action", "formaction", "background", "xlink:href")
"""The attributes by which a page loads things or sends them away; `href` besides, on <link>."""


@pytest.mark.parametrize("address", [*PAGES, *REFUSED])
async def test_every_page_is_whole(client: httpx.AsyncClient, address: str) -> None:
    response = await client.get(address, headers=HTML)
    assert response.status_code == (200 if address in PAGES else 404 if "nothing" in address else 422)
    assert response.text.lower().startswith("<!doctype html>")
    page = parse_page(response.text)
    assert page.get("lang") == "en"
    assert text_of(only(page, "title")).removesuffix("· Tiebreak")
    assert text_of(only(page, "h1"))
    assert len(set(ids_of(page))) == len(ids_of(page))
    assert only(page, "main").get("id") == "content"


@pytest.mark.parametrize("address", [*PAGES, *REFUSED])
async def test_no_page_has_inline_code_or_loads_from_another_host(client: httpx.AsyncClient, address: str) -> None:
    for element in parse_page((await client.get(address, headers=HTML)).text).iter():
        assert element.tag not in ("style", "base", "iframe", "object", "embed")
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
        if element.tag == "script":
            assert element.get("src")
            assert not text_of(element)
        for name in LOADING + (("href",) if element.tag == "link" else ()):
            loaded = element.get(name, "/")
            assert loaded.startswith("/"), loaded
            assert not loaded.startswith("//"), loaded


@pytest.mark.parametrize("address", [*PAGES, *REFUSED])
async def test_every_disclosure_says_what_it_discloses(client: httpx.AsyncClient, address: str) -> None:
    for details in parse_page((await client.get(address, headers=HTML)).text).iter("details"):
        assert details[0].tag == "summary"
        assert text_of(details[0])


@pytest.mark.parametrize("address", [*PAGES, *REFUSED])
async def test_every_field_has_its_label_and_every_picture_its_words(client: httpx.AsyncClient, address: str) -> None:
    page = parse_page((await client.get(address, headers=HTML)).text)
    labelled = {label.get("for") for label in page.iter("label") if text_of(label)}
    fields = [*page.iter("input"), *page.iter("select")]
    assert {field.get("id") for field in fields if field.get("type") != "hidden"} <= labelled
    assert all("alt" in image.attrib for image in page.iter("img"))
    assert all(svg.get("aria-label") or svg.get("aria-hidden") == "true" for svg in page.iter("svg"))
    described = {id for element in page.iter() for id in element.get("aria-describedby", "").split()}
    assert described <= set(ids_of(page))


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/", 200),
        ("GET", advice_address(CORE), 200),
        ("GET", advice_address(CORE, page="/advice.md"), 200),
        ("GET", f"{advice_address(CORE)}&scale=", 303),
        ("GET", "/claims/", 404),
        ("GET", "/static/tiebreak.css", 200),
        ("GET", "/static/swagger/swagger-ui-bundle.js", 200),
        ("GET", "/api/v1/claims", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/healthz", 200),
        ("GET", "/probes", 200),
        ("GET", "/api/v1/runs", 200),
        ("GET", "/api/v1/runs/nothing/events", 404),
        ("POST", "/probes/nothing", 400),
        ("POST", "/api/v1/runs", 422),
        ("DELETE", "/api/v1/runs/nothing", 404),
        ("GET", "/nothing", 404),
        ("GET", "/static/nothing", 404),
        ("GET", "/advice", 422),
        ("POST", "/api/v1/advice", 422),
        ("POST", "/", 405),
        ("GET", f"/?a={'x' * 9000}", 414),
    ],
)
async def test_every_response_has_the_security_headers(
    client: httpx.AsyncClient, method: str, address: str, status: int
) -> None:
    for accepted in (HTML, {}):
        response = await client.request(method, address, headers=accepted)
        assert response.status_code == status
        assert all(response.headers[name].startswith(value) for name, value in SECURITY.items())
        assert "unsafe" not in response.headers["content-security-policy"]
        assert "set-cookie" not in response.headers


async def test_a_body_that_is_too_large_gets_the_security_headers_too(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/v1/advice", content=b" " * 70_000)
    assert response.status_code == 413
    assert "content-security-policy" in response.headers
