"""The advice as an architecture decision record in Markdown (MADR 4)."""

import re
from typing import Any

import httpx
import pytest
import yaml

from tests.support.advice.answer_sets import POLICIES, RawAnswers, seeded_answers, shipped_rules
from tests.support.pages.page_tree import only, parse_page, text_of
from tests.support.web.web_client import CORE, HTML, advice_address, advice_from_api, problem_fields, statements_of

SECTIONS = [
    "## Context and Problem Statement",
    "## Decision Drivers",
    "## Considered Options",
    "## Decision Outcome",
    "### Consequences",
    "## Pros and Cons of the Options",
    "### PyTorch",
    "### TensorFlow",
    "## More Information",
]
"""The headings of MADR's template, in its order, below the title."""

WORDS = {"pytorch": "PyTorch", "tensorflow": "TensorFlow", "either": "either framework"}

SAMPLE = list(seeded_answers(seed=5, count=30))


async def record_of(client: httpx.AsyncClient, raw: RawAnswers, policy: str = "today") -> str:
    response = await client.get(advice_address(raw, policy, "/advice.md"))
    assert response.status_code == 200
    return response.text


def cited_in(line: str, source: dict[str, Any]) -> bool:
    return shipped_rules().sources[source["id"]].title in line and source["section"] in line


async def test_it_is_markdown_for_programs_and_for_browsers(client: httpx.AsyncClient) -> None:
    for headers in ({}, HTML):
        response = await client.get(advice_address(CORE, page="/advice.md"), headers=headers)
        assert response.headers["content-type"] == "text/markdown; charset=utf-8"


async def test_the_front_matter_dates_it(client: httpx.AsyncClient) -> None:
    start, front, rest = (await record_of(client, CORE)).split("---\n", 2)
    assert start.strip() == ""
    matter = yaml.safe_load(front)
    assert matter["status"] == "proposed"
    assert matter["date"].isoformat() == (await advice_from_api(client, CORE))["as_of"]
    assert rest.lstrip().startswith("# ")


@pytest.mark.parametrize("policy", POLICIES)
async def test_it_has_the_sections_of_madr_and_says_what_the_api_says(client: httpx.AsyncClient, policy: str) -> None:
    for raw in SAMPLE:
        record, advice = await record_of(client, raw, policy), await advice_from_api(client, raw, policy)
        headings = [line for line in record.splitlines() if re.match(r"#+ ", line)]
        assert headings[1:] == SECTIONS
        word = WORDS[advice["recommendation"]]
        assert word in headings[0]
        assert f"Chosen option: {word} (strength: {advice['strength']})" in record
        assert f"{100 * advice['scores']['pytorch']:.1f}% for PyTorch" in record
        assert advice["permalink"] in record
        assert advice["rules_version"] in record


@pytest.mark.parametrize("policy", POLICIES)
async def test_every_counted_reason_stands_there_with_its_sources(client: httpx.AsyncClient, policy: str) -> None:
    """Those that find the two level count too: they pull both scores to the middle."""
    for raw in SAMPLE:
        lines = (await record_of(client, raw, policy)).splitlines()
        for reason in statements_of(await advice_from_api(client, raw, policy)):
            line = next((line for line in lines if reason["statement"] in line), None)
            assert line, f"{reason['claim']} ({reason['favours']}) is not named"
            assert all(cited_in(line, source) for source in reason["sources"]), reason["claim"]


async def test_constraints_cautions_stack_and_answers_stand_there(client: httpx.AsyncClient) -> None:
    met = set()
    for raw in SAMPLE:
        record, advice = await record_of(client, raw), await advice_from_api(client, raw)
        for kind in ("constraints", "cautions"):
            assert all(part["text"] in record for part in advice[kind])
            met.add(kind if advice[kind] else "")
        assert all(part["name"] in record and part["note"] in record for part in advice["stack"])
        for question, options in raw.items():
            asked = shipped_rules().questions[question]
            line = next(line for line in record.splitlines() if line.startswith(f"* {asked.ask}"))
            assert all(asked.option(option).label in line for option in options)
    assert {"constraints", "cautions"} <= met


async def test_what_the_other_policy_says_stands_there_when_it_differs(client: httpx.AsyncClient) -> None:
    met = set()
    for raw in SAMPLE:
        record, advice = await record_of(client, raw), await advice_from_api(client, raw)
        said = advice["other_recommendation"]
        assert (f"As the documents say, the recommendation is {WORDS.get(said)}" in record) == (said is not None)
        met.add(said is not None)
    assert met == {True, False}


async def test_bad_answers_are_refused_in_the_caller_s_form(client: httpx.AsyncClient) -> None:
    address = advice_address(CORE | {"language": ["klingon"]}, page="/advice.md")
    assert problem_fields(await client.get(address)) == ["language"]
    page = await client.get(address, headers=HTML)
    assert page.status_code == 422
    assert "language" in text_of(only(parse_page(page.text), "main"))
