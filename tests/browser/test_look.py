"""Pages fit 320 px, hold against axe's rules in both colour schemes, load nothing from elsewhere, and print."""

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.support.browser.pages import assert_everybody_can_read

BEGINNER = (
    "/advice?language=python&deployment=experiments&data_type=text&goal=prototype&experience=beginner"
    "&control=high_level&model=pretrained&needs=dashboards&needs=language_models&codebase=tensorflow1"
)
RESEARCH = "/advice?language=python&deployment=server&data_type=images&goal=research"
PAGES = {
    "map": "/map",
    "priorities": f"{RESEARCH}&weight.serving-and-scale=4&certain=weights",
    "an advice of another day": f"{RESEARCH}&rules=0123456789ab&on=2026-01-01",
    "questionnaire": "/",
    "advice": "/advice?language=python&deployment=mobile&data_type=images&goal=production",
    "long advice": BEGINNER,
    "advice by the documents": "/advice?language=python&deployment=aws&data_type=text&goal=production&policy=documents",
    "constraint": "/advice?language=python&deployment=browser&data_type=audio&goal=learning&needs=on_device_training",
    "bad answers": "/advice?language=latin",
    "paths": "/paths",
    "claims": "/claims",
    "filtered claims": "/claims?criterion=serving-and-scale&status=superseded",
    "claim": "/claims/torchserve-serves-pytorch",
    "claim with its programs": "/claims/tf-only-reverse-mode",
    "verdicts": "/verdicts",
    "sources": "/sources",
    "methodology": "/methodology",
    "probes": "/probes",
    "timed probe": "/probes/attention",
    "capability probe": "/probes/ragged",
    "not found": "/nothing-here",
}


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES.keys())
def test_everybody_can_read_it(scripted: BrowserContext, address: str) -> None:
    page = scripted.new_page()
    page.goto(address)
    assert_everybody_can_read(page)


@pytest.mark.parametrize("address", [*PAGES.values(), "/docs"], ids=[*PAGES.keys(), "docs"])
def test_a_page_asks_no_other_host_and_breaks_no_rule_of_its_own(browser: Browser, base_url: str, address: str) -> None:
    context = browser.new_context(base_url=base_url)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(address, wait_until="networkidle")
    context.close()
    assert [url for url in asked if not url.startswith((base_url, "data:"))] == []
    assert [text for text in complaints if "status of 4" not in text] == []


def test_the_api_page_shows_the_routes(browser: Browser, base_url: str) -> None:
    page = browser.new_context(base_url=base_url).new_page()
    page.goto("/docs")
    page.locator("#swagger .opblock").first.wait_for()
    assert page.locator("#swagger .opblock").count() >= 7


def test_the_advice_prints(browser: Browser, base_url: str) -> None:
    page = browser.new_context(base_url=base_url).new_page()
    page.goto(BEGINNER)
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.locator(".verdict h1").is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
