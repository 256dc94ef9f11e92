"""The ledger of claims and its filters, and every link of the site."""

from urllib.parse import parse_qsl, urljoin
from xml.etree.ElementTree import Element
from zlib import crc32

import httpx
import pytest

from tests.support.advice.answer_sets import shipped_rules
from tests.support.pages.page_client import RICH, SAMPLE, form_of, page_at
from tests.support.pages.page_tree import form_values, ids_of, only, parse_page, text_of, with_class
from tests.support.sizes import FULL
from tests.support.web.web_client import CORE, HTML, advice_address


def listed(page: Element) -> list[str]:
    items = [item for ledger in with_class(page, "ledger") for item in ledger]
    return [next(item.iter("a")).attrib["href"].removeprefix("/claims/") for item in items]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "source=real-python-2024",
        "criterion=autodiff",
        "status=superseded",
        "favours=keras",
        "source=apify-2023&status=unchecked&favours=pytorch",
        "source=&criterion=&favours=&status=",
        "status=confirmed&criterion=autodiff&favours=keras&source=tiebreak",
    ],
)
async def test_the_page_lists_the_claims_that_the_api_lists(client: httpx.AsyncClient, query: str) -> None:
    page = await page_at(client, f"/claims?{query}")
    found = [claim["id"] for claim in (await client.get(f"/api/v1/claims?{query}")).json()]
    assert listed(page) == found
    assert f"{len(found)} of {len(shipped_rules().claims)} shown" in text_of(only(page, "main"))
    assert dict(form_values(form_of(page))) == {"source": "", "criterion": "", "favours": "", "status": ""} | dict(
        parse_qsl(query)
    )


async def test_every_choice_of_every_filter_can_be_sent(client: httpx.AsyncClient) -> None:
    form = form_of(await page_at(client, "/claims"))
    for select in form.iter("select"):
        for option in select.iter("option"):
            response = await client.get("/claims", params={select.attrib["name"]: option.attrib["value"]})
            assert response.status_code == 200


@pytest.mark.parametrize("query", ["status=perhaps", "colour=blue", "status=refuted&status=partly"])
async def test_an_unusable_filter_is_an_error_page_that_names_it(client: httpx.AsyncClient, query: str) -> None:
    page = await page_at(client, f"/claims?{query}", status=422)
    assert query.split("=")[0] in [text_of(strong) for strong in only(page, "main").iter("strong")]


ALIKE = ("/claims/", "/probes/")
"""Pages of which there are hundreds, all from one template: in short tests, every fourth is opened."""


async def test_every_link_of_the_site_leads_somewhere(client: httpx.AsyncClient) -> None:
    """A crawl from the first page and a few advices; every fragment must be an id on the page that it points into.

    An advice links its neighbours, those theirs, and so on to every possible answer: of these a few are followed.
    """
    begun = ["/", advice_address(CORE), advice_address(RICH), *map(advice_address, SAMPLE[:3])]
    waiting = list(begun)
    ids: dict[str, set[str]] = {}
    fragments: set[tuple[str, str, str]] = set()
    while waiting:
        address = waiting.pop()
        if address in ids:
            continue
        response = await client.get(address, headers=HTML)
        assert response.status_code == 200, address
        is_page = response.headers["content-type"].startswith("text/html")
        ids[address], links = (set(), []) if not is_page else ids_and_links(response.text)
        for link in links:
            target, _, fragment = urljoin(f"http://tiebreak.test{address}", link).partition("#")
            assert target.startswith("http://tiebreak.test/"), f"{address} points to {link}"
            local = target.removeprefix("http://tiebreak.test")
            if local.startswith("/advice?") and local not in begun and crc32(local.encode()) % 16:
                continue
            if local.startswith("/advice?") and address.startswith("/advice?") and address not in begun:
                continue
            if not FULL and local.startswith(ALIKE) and crc32(local.encode()) % 4:
                continue
            waiting.append(local)
            if fragment:
                fragments.add((local, fragment, address))
    assert not [place for place in fragments if place[1] not in ids[place[0]]]
    assert not FULL or {f"/claims/{id}" for id in shipped_rules().claims} <= set(ids)
    assert len([address for address in ids if address.startswith(ALIKE)]) > 80
    assert len(fragments) > 30


def ids_and_links(html: str) -> tuple[set[str], list[str]]:
    page = parse_page(html)
    links = [element.attrib[name] for element in page.iter() for name in ("href", "src") if name in element.attrib]
    return set(ids_of(page)), links
