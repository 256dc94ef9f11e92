"""The page of an advice."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element

import httpx
import pytest

from tests.support.advice.answer_sets import POLICIES, shipped_rules
from tests.support.pages.page_client import RICH, SAMPLE, chosen_in, form_of, page_at
from tests.support.pages.page_tree import only, text_of, with_class, with_id
from tests.support.web.web_client import CORE, advice_address, advice_from_api


@pytest.mark.parametrize("policy", POLICIES)
async def test_change_links_keep_the_other_answers(client: httpx.AsyncClient, policy: str) -> None:
    advice = only(await page_at(client, advice_address(RICH, policy)), "main")
    links = [link.attrib["href"] for element in with_class(advice, "change") for link in element.iter("a")]
    assert [dict(parse_qsl(urlsplit(link).query))["change"] for link in links] == list(shipped_rules().questions)
    for link, (id, question) in zip(links, shipped_rules().questions.items(), strict=True):
        assert urlsplit(link).fragment == f"question-{id}"
        page = await page_at(client, link)
        kept = chosen_in(page)
        assert kept.pop("policy", ["today"]) == [policy]
        assert kept == RICH
        assert with_id(page, f"question-{id}") is not None
        assert question.core or "open" in only(form_of(page), "details").attrib


async def test_a_change_link_unfolds_an_unanswered_question(client: httpx.AsyncClient) -> None:
    advice = await page_at(client, advice_address(CORE))
    links = [link.attrib["href"] for element in with_class(advice, "change") for link in element.iter("a")]
    assert "open" not in only(form_of(await page_at(client, links[0])), "details").attrib
    assert "open" in only(form_of(await page_at(client, links[-1])), "details").attrib


async def test_the_answers_are_shown_in_words(client: httpx.AsyncClient) -> None:
    page = await page_at(client, advice_address(RICH))
    shown = {text_of(row[0]): text_of(row[1]) for row in with_class(page, "answers")[0]}
    for id, question in shipped_rules().questions.items():
        labels = [option.label for option in question.options if option.id in RICH.get(id, [])]
        assert shown[question.ask] == (", ".join(labels) or "Not sure")


@pytest.mark.parametrize("policy", POLICIES)
async def test_what_the_other_policy_says_is_shown_when_it_differs(client: httpx.AsyncClient, policy: str) -> None:
    names = {"pytorch": "PyTorch", "tensorflow": "TensorFlow", "either": "either"}
    met = set()
    for raw in SAMPLE:
        advice = await advice_from_api(client, raw, policy)
        notices = with_class(await page_at(client, advice_address(raw, policy)), "difference")
        said = advice["other_recommendation"]
        met.add(said is not None)
        if said:
            assert len(notices) == 1
            assert names[said] in [text_of(strong) for strong in notices[0].iter("strong")]
        elif advice["strength"] == advice["other_policy"]["strength"]:
            assert not notices
    assert met == {True, False}


async def test_a_retired_component_is_shown_with_its_successor(client: httpx.AsyncClient) -> None:
    met = 0
    for raw in SAMPLE:
        stack = (await advice_from_api(client, raw, "documents"))["stack"]
        page = await page_at(client, advice_address(raw, "documents"))
        for part, element in zip(stack, with_class(page, "part"), strict=True):
            assert (text_of(only(element, "dt")), name_in(element)) == (part["role_name"], part["name"])
            assert text_of(with_class(element, f"badge-{part['state']}")[0]) == part["state"]
            if part["state"] == "retired" and successor_of(part):
                met += 1
                assert successor_of(part) in text_of(with_class(element, "successor")[0])
    assert met, "no advice of the sample has a retired component in its stack"


def name_in(part: Element) -> str:
    return text_of(next(part.iter("strong")))


def successor_of(part: dict[str, Any]) -> str:
    return part["successor"] or ", ".join(successor["name"] for successor in part["successors"])


async def test_constraints_and_cautions_stand_before_the_reasons(client: httpx.AsyncClient) -> None:
    met = set()
    for raw in SAMPLE:
        advice = await advice_from_api(client, raw)
        text = text_of(only(await page_at(client, advice_address(raw)), "main"))
        for kind in ("constraints", "cautions"):
            for part in advice[kind]:
                met.add(kind)
                assert 0 < text.index(" ".join(part["text"].split())) < text.index("The strongest reasons")
    assert met == {"constraints", "cautions"}
