"""The pages as trees: asked for as a browser asks, and read as a visitor reads them."""

from xml.etree.ElementTree import Element

import httpx

from tests.support.advice.answer_sets import RawAnswers, seeded_answers
from tests.support.pages.page_tree import form_values, only, parse_page
from tests.support.web.web_client import CORE, HTML

RICH: RawAnswers = CORE | {
    "deployment": ["server", "browser"],
    "experience": ["beginner"],
    "control": ["full_control"],
    "needs": ["debugging", "speed"],
    "system": ["linux"],
    "codebase": ["tensorflow1"],
}

SAMPLE = list(seeded_answers(seed=11, count=60))
"""Random answers; enough that every part of an advice occurs."""


async def page_at(client: httpx.AsyncClient, address: str, status: int = 200) -> Element:
    response = await client.get(address, headers=HTML)
    assert response.status_code == status, address
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return parse_page(response.text)


def form_of(page: Element) -> Element:
    return only(only(page, "main"), "form")


def chosen_in(page: Element) -> dict[str, list[str]]:
    """What the questionnaire's form would send, without its empty fields."""
    sent: dict[str, list[str]] = {}
    for name, value in form_values(form_of(page)):
        if value:
            sent.setdefault(name, []).append(value)
    return sent
