"""Whatever is said back is said as text: no template, no markup, no script, no header is made of it."""

from collections.abc import AsyncIterator
from urllib.parse import quote, urlencode

import httpx
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from tests.support.pages.page_tree import parse_page, text_of
from tests.support.rules.rule_files import claim, write_entries
from tests.support.runs.run_services import FORM
from tests.support.web.web_client import CORE, HTML, advice_address, client_of

TEMPLATES = (
    "{{7*7}}",
    "{{ 7 * '7' }}",
    "{% for x in (7,) %}{{ x * 7 }}{% endfor %}",
    "{% include '/etc/passwd' %}",
    "{{ ''.__class__.__mro__ }}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{0.__class__}",
    "%(x)s%n",
)
MARKUP = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "' onfocus='alert(1)",
    "</title><svg onload=alert(1)>",
)
BREAKS = ("a\r\nset-cookie: a=b", "a\nlocation: //evil.example", "a\x0b\x0c\x85\u2028b", "a%0d%0aset-cookie:%20a=b")

ADDRESSES = (
    "/?language={}",
    "/?{}=python",
    "/advice?language={}",
    "/advice?{}=python",
    "/advice?policy={}",
    "/advice?verdicts={}",
    "/advice?rules={}&on={}",
    "/advice?certain={}",
    "/advice?weight.{}=2",
    "/advice?weight.randomness={}",
    "/advice.md?language={}",
    "/map?policy={}",
    "/claims?status={}",
    "/claims?{}=x",
    "/claims/{}",
    "/sources/{}",
    "/probes/{}",
    "/runs/{}",
    "/{}",
    "/api/v1/claims?status={}",
    "/api/v1/claims/{}",
    "/api/v1/runs?probe={}",
    "/api/v1/runs/{}",
    "/api/v1/runs/{}/events",
)
FORMS = ("/probes/{}", "/probes/import", "/claims/{}/check", "/verdicts", "/runs/{}/cancel")

HELD = ("49", "7777777", "root:", "class 'str'")
"""What an evaluated template would give; a colour or an amount of our own is no such text."""


def faults_of(response: httpx.Response, sent: str) -> list[str]:
    """What is wrong with an answer to this text."""
    faults = []
    if response.status_code >= 500:
        faults.append(f"status {response.status_code}")
    if "set-cookie" in response.headers or "evil" in response.headers.get("location", ""):
        faults.append("a forged header")
    if response.headers.get("content-type", "").startswith("text/html"):
        faults += _faults_of_page(response.text)
    return faults


def _faults_of_page(html: str) -> list[str]:
    faults = []
    for element in parse_page(html).iter():
        if element.tag in ("script", "img", "svg") and (element.get("src") == "x" or element.text == "alert(1)"):
            faults.append(f"an element {element.tag}")
        if any(name.startswith("on") for name in element.attrib):
            faults.append(f"a handler at {element.tag}")
        if element.get("href", "").lower().startswith(("javascript:", "data:", "//")):
            faults.append("a link that runs")
    return faults


@pytest.mark.parametrize("headers", [HTML, {}], ids=["person", "program"])
@pytest.mark.parametrize("text", [*TEMPLATES, *MARKUP, *BREAKS])
async def test_what_an_address_says_is_text(client: httpx.AsyncClient, text: str, headers: dict[str, str]) -> None:
    faults = []
    for address in ADDRESSES:
        response = await client.get(address.replace("{}", quote(text, safe="")), headers=headers)
        faults += [f"{address}: {fault}" for fault in faults_of(response, text)]
    assert not faults


@pytest.mark.parametrize("text", [*TEMPLATES, *MARKUP, *BREAKS])
async def test_what_a_form_says_is_text(client: httpx.AsyncClient, text: str) -> None:
    faults = []
    for place in FORMS:
        for field in ("preset", "device", "claims", "token", text):
            content = urlencode({field: text})
            response = await client.post(place.replace("{}", quote(text, safe="")), content=content, headers=FORM)
            faults += [f"{place} {field}: {fault}" for fault in faults_of(response, text)]
    assert not faults


@pytest.mark.parametrize("text", TEMPLATES[:3])
async def test_a_template_is_shown_as_it_was_sent(client: httpx.AsyncClient, text: str) -> None:
    """At the places where an answer is said back to whoever gave it."""
    for address in ("/advice?" + urlencode({"goal": text}), "/?" + urlencode({"goal": text, "change": "goal"})):
        page = text_of(parse_page((await client.get(address, headers=HTML)).text))
        assert not any(held in page for held in ("7777777", " 49 ", "'49'"))
    refused = await client.post("/api/v1/advice", json={"answers": {text: text}})
    assert f"answers.{text}"[:40] in refused.json()["errors"][-1]["field"]


@pytest.fixture(scope="module")
def with_hostile_rules(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """A service whose own rules hold all these texts."""
    folder = tmp_path_factory.mktemp("hostile")
    rules = folder / "rules"
    rules.mkdir()
    texts = [text for text in (*TEMPLATES, *MARKUP) if text.isprintable()]
    claims = [claim(f"own-{number}", statement=f"{text} is said.") for number, text in enumerate(texts)]
    write_entries(rules, {"claims": claims})
    return create_app(Settings(rules=rules, data=folder / "data"))


@pytest.fixture
async def hostile(with_hostile_rules: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(with_hostile_rules) as client:
        yield client


async def test_the_texts_of_rules_are_text(hostile: httpx.AsyncClient) -> None:
    texts = [text for text in (*TEMPLATES, *MARKUP) if text.isprintable()]
    ledger = await hostile.get("/claims", headers=HTML)
    shown = text_of(parse_page(ledger.text))
    for number, text in enumerate(texts):
        page = await hostile.get(f"/claims/own-{number}", headers=HTML)
        assert page.status_code == 200
        assert f"{text} is said." in text_of(parse_page(page.text))
        assert f"{text} is said." in shown
        assert (await hostile.get(f"/api/v1/claims/own-{number}")).json()["statement"] == f"{text} is said."
        assert not faults_of(page, text)
    advice = await hostile.get(advice_address(CORE), headers=HTML)
    assert advice.status_code == 200
    assert not faults_of(advice, "")
    assert not faults_of(ledger, "")
