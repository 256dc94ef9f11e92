"""The page of the paths, and the same through the API and on the advice."""

import httpx

from tests.support.advice.answer_sets import shipped_rules
from tests.support.web.web_client import HTML

RULES = shipped_rules()
PHONES = "language=python&deployment=mobile&data_type=images&goal=production"


async def test_the_page_shows_every_place_step_and_limit(client: httpx.AsyncClient) -> None:
    page = " ".join((await client.get("/paths", headers=HTML)).text.split())
    for id, place in RULES.places.items():
        assert f'id="{id}"' in page
        assert place.name.replace("'", "&#39;") in page
    for path in RULES.paths.values():
        for step in path.steps:
            assert f'href="/sources#component-{step.component}"' in page
        for limit in path.limits:
            assert limit.text.replace("'", "&#39;") in page


async def test_the_api_gives_every_path_best_trodden_first(client: httpx.AsyncClient) -> None:
    lines = (await client.get("/api/v1/paths")).json()
    assert len(lines) == len(RULES.paths)
    for place in RULES.places:
        for framework in ("pytorch", "tensorflow"):
            levels = [one["maturity"] for one in lines if (one["place"], one["framework"]) == (place, framework)]
            assert levels == sorted(levels, reverse=True)
            assert levels


async def test_an_advice_links_to_its_places_and_says_what_ships(client: httpx.AsyncClient) -> None:
    page = (await client.get(f"/advice?{PHONES}&phone_system=android", headers=HTML)).text
    record = (await client.get(f"/advice.md?{PHONES}&phone_system=android")).text
    assert 'href="/paths"' in page
    for text in (page, record):
        assert "Android phones: train in " in text
        assert "iPhones and iPads" not in text


async def test_a_constraint_from_a_missing_path_links_to_the_place(client: httpx.AsyncClient) -> None:
    answers = "language=python&deployment=browser&data_type=images&goal=research&needs=on_device_training"
    page = (await client.get(f"/advice?{answers}", headers=HTML)).text
    assert 'href="/paths#training-in-browser">The paths behind it' in page
