"""The history of runs: newest first, by page, of one probe."""

import itertools
import re
from pathlib import Path

import httpx
import pytest

from tests.support.runs.run_services import (
    RUNS,
    application_with,
    submitted,
)
from tests.support.web.web_client import client_of, problem_fields


async def test_the_history_comes_newest_first_by_page(folder: Path, interpreter: str) -> None:
    async with client_of(application_with(folder, interpreter, queue_limit=100)) as client:
        ids = [await submitted(client, probe) for probe in itertools.islice(itertools.cycle("abc"), 7)]
        seen, address = [], f"{RUNS}?size=3"
        for expected in (3, 3, 1):
            response = await client.get(address)
            page = response.json()
            assert response.headers["total-count"] == "7"
            assert len(page) == expected
            seen += [run["id"] for run in page]
            links = dict(reversed(pair) for pair in re.findall(r'<([^>]+)>; rel="(\w+)"', response.headers["link"]))
            address = links.get("next", "")
        assert seen == ids[::-1]
        assert not address
        assert [run["id"] for run in (await client.get(links["prev"])).json()] == ids[::-1][3:6]
        assert "results" not in page[0]


async def test_the_history_of_one_probe(waiting: httpx.AsyncClient) -> None:
    ids = [await submitted(waiting, probe) for probe in ("a", "b", "a")]
    response = await waiting.get(f"{RUNS}?probe=a&size=1")
    assert (response.headers["total-count"], response.json()[0]["id"]) == ("2", ids[2])
    following = re.search(r'<([^>]+)>; rel="next"', response.headers["link"])
    assert following
    assert [run["id"] for run in (await waiting.get(following[1])).json()] == [ids[0]]
    nothing = await waiting.get(f"{RUNS}?probe=nothing")
    assert (nothing.json(), nothing.headers["total-count"], "link" in nothing.headers) == ([], "0", False)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=10001", "page"),
        ("page=x", "page"),
        ("page=1&page=2", "page"),
        ("size=0", "size"),
        ("size=101", "size"),
        ("size=1e2", "size"),
        ("colour=blue", "colour"),
        (f"page={'9' * 400}", "page"),
    ],
)
async def test_a_part_of_the_history_that_cannot_be_had_is_a_422(
    waiting: httpx.AsyncClient, query: str, field: str
) -> None:
    response = await waiting.get(f"{RUNS}?{query}")
    assert response.status_code == 422
    assert problem_fields(response) == [field]
