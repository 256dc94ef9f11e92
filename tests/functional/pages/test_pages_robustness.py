"""How sure an advice is, what would flip it, the next question, priorities, and links that remember."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree.ElementTree import Element

import httpx
import pytest
from fastapi import FastAPI

from app.advice.model.answers import parse_answers
from app.advice.model.priorities import Priorities
from app.advice.preferences import Preferences
from app.advice.query import AdviceQuery
from app.advice.query_fields import MadeWith
from app.advice.robustness.acceptability import Uncertainty
from app.knowledge.archive import Archive
from app.knowledge.loader import load
from app.main import create_app
from app.settings import Settings
from tests.support.advice.answer_sets import RawAnswers, shipped_rules
from tests.support.pages.page_client import SAMPLE, page_at
from tests.support.pages.page_tree import form_values, only, text_of, with_class, with_id
from tests.support.web.web_client import (
    CORE,
    HTML,
    advice_address,
    advice_from_api,
    client_of,
    raw_for_api,
    statements_of,
)

RESEARCH: RawAnswers = CORE | {"deployment": ["server"], "goal": ["research"]}


async def posted(client: httpx.AsyncClient, status: int = 200, **body: Any) -> dict[str, Any]:
    response = await client.post("/api/v1/advice", json=body)
    assert response.status_code == status, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_every_flip_of_the_api_is_what_the_api_says_of_those_answers(client: httpx.AsyncClient) -> None:
    for raw in SAMPLE[:4]:
        advice = await advice_from_api(client, raw)
        for flip in advice["flips"][::5]:
            answers = raw_for_api(raw) | {flip["question"]: flip["to"]}
            kept = {question: answer for question, answer in answers.items() if answer is not None}
            there = await posted(client, answers=kept)
            assert there["recommendation"] == flip["recommendation"] != advice["recommendation"]


async def test_no_word_is_stronger_than_the_number(client: httpx.AsyncClient) -> None:
    advices = [await advice_from_api(client, raw) for raw in SAMPLE]
    for advice in (one for one in advices if one["decided_by"] != "staying"):  # code is kept whatever the shares are
        share = max(advice["acceptability"].values())
        least = {"strong": 0.9, "leaning": 0.65, "either": 0.0}[advice["strength"]]
        assert share >= least - 1e-12
        assert sum(advice["acceptability"].values()) == pytest.approx(1, abs=1e-12)


async def test_the_page_links_every_flip_to_its_advice(client: httpx.AsyncClient) -> None:
    advice = await advice_from_api(client, RESEARCH)
    page = await page_at(client, advice_address(RESEARCH))
    section = next(part for part in page.iter("section") if part.get("aria-labelledby") == "sure")
    links = [link.attrib["href"] for row in section.iter("tr") for link in row.iter("a")]
    assert len(links) == len(advice["flips"])
    for link, flip in list(zip(links, advice["flips"], strict=True))[::6]:
        there = await page_at(client, link)
        assert f"verdict-{flip['recommendation']}" in only(there, "main").find(".//header").attrib["class"]  # type: ignore[union-attr]


async def test_the_next_question_is_offered_until_none_can_change_the_recommendation(client: httpx.AsyncClient) -> None:
    address, seen = advice_address(RESEARCH), set()
    for _ in range(len(shipped_rules().questions)):
        page = await page_at(client, address)
        box = with_class(page, "next")[0]
        options = [link.attrib["href"] for link in box.iter("a")]
        if not options:
            assert "Nothing left to ask" in text_of(box)
            break
        assert address not in seen
        seen.add(address)
        address = options[0]
    else:
        pytest.fail("the page never stopped asking")
    assert seen


async def test_a_question_that_is_offered_changes_the_recommendation_as_it_says(client: httpx.AsyncClient) -> None:
    advice = await advice_from_api(client, RESEARCH)
    first = advice["robustness"]["open_questions"][0]
    assert first["changes_recommendation"]
    assert not advice["robustness"]["settled"]
    many = shipped_rules().questions[first["question"]].kind == "many"
    for option in first["options"]:
        answers = raw_for_api(RESEARCH) | {first["question"]: [option["option"]] if many else option["option"]}
        assert (await posted(client, answers=answers))["recommendation"] == option["recommendation"]


async def test_priorities_move_the_advice_and_the_page_says_from_where(client: httpx.AsyncClient) -> None:
    priorities = {"serving-and-scale": 10, "research-flexibility": 0}
    advice = await posted(client, answers=raw_for_api(RESEARCH), priorities=priorities)
    plain = await advice_from_api(client, RESEARCH)
    assert advice["recommendation"] != plain["recommendation"]
    assert advice["by_default"]["recommendation"] == plain["recommendation"]
    assert advice["by_default"]["scores"] == plain["scores"]
    assert "research-flexibility" not in [criterion["id"] for criterion in advice["criteria"]]
    page = await page_at(client, advice["permalink"])
    assert "Your priorities change the advice" in text_of(only(page, "main"))


async def test_the_form_of_priorities_works_without_a_script(client: httpx.AsyncClient) -> None:
    page = await page_at(client, advice_address(RESEARCH))
    form = with_id(page, "priority-form")
    assert form is not None
    sent = [(key, "4" if key == "weight.serving-and-scale" else value) for key, value in form_values(form)]
    response = await client.get(f"/advice?{urlencode(sent)}", headers=HTML)
    assert response.status_code == 303
    assert parse_qsl(urlsplit(response.headers["location"]).query)[-1] == ("weight.serving-and-scale", "4")


@pytest.mark.parametrize(
    ("priorities", "field"),
    [
        ({"nonsense": 2}, "priorities.nonsense"),
        ({"serving-and-scale": -1}, "priorities.serving-and-scale"),
        ({"serving-and-scale": 11}, "priorities.serving-and-scale"),
    ],
)
async def test_a_priority_that_is_none_is_refused(
    client: httpx.AsyncClient, priorities: dict[str, float], field: str
) -> None:
    problem = await posted(client, 422, answers=raw_for_api(CORE), priorities=priorities)
    assert field in str(problem)


@pytest.mark.parametrize(
    "query",
    [
        "weight.nonsense=1",
        "weight.serving-and-scale=nan",
        "weight.serving-and-scale=inf",
        "weight.serving-and-scale=1e400",
        "weight.serving-and-scale=2&weight.serving-and-scale=3",
        "certain=nothing",
        "flips=every",
        "rules=../../x",
        "on=2026-13-45",
        "on=yesterday",
    ],
)
async def test_a_wish_that_is_none_is_a_message_and_keeps_the_answers(client: httpx.AsyncClient, query: str) -> None:
    page = await page_at(client, f"{advice_address(CORE)}&{query}", 422)
    assert query.split("=")[0] in text_of(only(page, "main"))
    assert (await client.get(f"{advice_address(CORE)}&{query}")).status_code == 422


async def test_answers_that_change_it_only_together_are_looked_for_by_a_link(client: httpx.AsyncClient) -> None:
    [firm, *_] = [raw for raw in SAMPLE if not (await advice_from_api(client, raw))["flips"]]
    link = by_words(await page_at(client, advice_address(firm)), "Look for two or three answers that would together")
    page = await page_at(client, link)
    smallest = (await posted(client, answers=raw_for_api(firm), flips="together"))["robustness"]["smallest_flips"]
    words = "such combination" if smallest["size"] else "No change of up to three answers would change it."
    assert words in text_of(only(page, "main"))
    assert smallest["searched"] == 3


def by_words(page: Element, words: str) -> str:
    return next(link.attrib["href"] for link in page.iter("a") if text_of(link) == words)


async def test_uncertainty_can_be_switched_off(client: httpx.AsyncClient) -> None:
    answers = raw_for_api(RESEARCH)
    usual = await posted(client, answers=answers)
    for uncertain, other in (
        ({"weights": False, "evidence": True}, "evidence_alone"),
        ({"weights": True, "evidence": False}, "weights_alone"),
    ):
        advice = await posted(client, answers=answers, uncertain=uncertain)
        assert advice["acceptability"] == usual["robustness"][other]
        assert advice["strength"] == usual["strength"]
    page = await page_at(client, f"{advice_address(RESEARCH)}&certain=weights")
    assert "The strength above still follows the first row" in text_of(only(page, "main"))


async def test_the_map_links_each_situation_to_the_advice_that_it_shows(client: httpx.AsyncClient) -> None:
    page = await page_at(client, "/map")
    squares = [link for svg in page.iter("svg") if svg.get("class") == "map" for link in svg.iter("a")]
    questions = shipped_rules().questions
    assert len(squares) == len(questions["deployment"].options) * len(questions["data_type"].options) * len(
        questions["goal"].options
    )
    for square in squares[::29]:
        advice = await page_at(client, square.attrib["href"])
        shown = next(square.iter("rect")).attrib["class"].split()[0].removeprefix("map-")
        assert f"verdict-{shown}" in only(advice, "main").find(".//header").attrib["class"]  # type: ignore[union-attr]


@pytest.mark.parametrize("query", ["language=cobol", "policy=x", "nonsense=1", "language=python&language=java"])
async def test_a_map_of_something_else_is_refused(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"/map?{query}")).status_code == 422


async def test_the_picture_of_the_map_stands_alone(client: httpx.AsyncClient) -> None:
    response = await client.get("/map.svg?language=java&policy=documents")
    assert response.headers["content-type"].startswith("image/svg+xml")
    assert response.text.lstrip().startswith("<svg")
    assert "xlink" not in response.text
    assert "Java" in response.text


def longest_link() -> str:
    rules = shipped_rules()
    raw = {
        q.id: list(q.option_ids) if q.kind == "many" else [max(q.option_ids, key=len)] for q in rules.questions.values()
    }
    priorities = Priorities(tuple((criterion, 0.125) for criterion in rules.criteria))
    preferences = Preferences("documents", priorities, Uncertainty(weights=False, evidence=False))
    made_with = MadeWith(rules.version, date(2026, 11, 25))
    return AdviceQuery(parse_answers(rules, raw), preferences, 10**9, made_with).link()


def test_the_longest_link_is_under_2000_characters() -> None:
    assert len(f"https://a-rather-long-host-name.example.org:8443{longest_link()}") < 2000


async def test_the_link_that_remembers_shows_then_and_now(day: date, tmp_path: Path) -> None:
    other = Path(tmp_path / "own")
    other.mkdir()
    settings = Settings(rules=None, data=tmp_path / "data")
    Archive(settings.data / "rules").keep(load())
    async with client_of(create_app(settings, clock=lambda: day - timedelta(days=400))) as then:
        link = (await advice_from_api(then, RESEARCH))["permalinks"]["kept"]
        before = await page_at(then, link)
        assert "Then and now" not in text_of(only(before, "main"))
    (other / "own.yaml").write_text(OWN_CLAIM, encoding="utf-8")
    changed = Settings(rules=other, data=tmp_path / "data")
    async with client_of(create_app(changed, clock=lambda: day)) as now:
        page = await page_at(now, link)
        notice = notice_of(page)
        assert "Then and now" in text_of(notice)
        assert "own-claim" in [link.attrib["href"].split("/")[-1] for link in notice.iter("a")]
        assert headline_of(page) == headline_of(before)


async def test_on_a_page_of_another_day_every_link_keeps_to_it(day: date, tmp_path: Path) -> None:
    own = Path(tmp_path / "own")
    own.mkdir()
    (own / "own.yaml").write_text(OWN_CRITERION, encoding="utf-8")
    before = create_app(Settings(rules=own, data=tmp_path / "data"), clock=lambda: day - timedelta(days=40))
    before.state.service.archive.keep(before.state.service.knowledge)
    async with client_of(before) as then:
        link = (await posted(then, answers=raw_for_api(RESEARCH), priorities={"own-criterion": 3}))["permalinks"][
            "kept"
        ]
    async with client_of(create_app(Settings(rules=None, data=tmp_path / "data"), clock=lambda: day)) as now:
        page = await page_at(now, link)
        redirected = await now.get(f"{link}&needs=", headers=HTML)
    assert redirected.headers["location"] == link
    assert "This server uses rules of its own" in text_of(only(page, "main"))
    flips = [a.attrib["href"] for a in with_labelled(page, "sure").iter("a") if a.attrib["href"].startswith("/advice")]
    assert flips
    assert all("rules=" in address and "on=" in address for address in flips)
    form = with_id(page, "priority-form")
    assert form is not None
    assert {"rules", "on", "weight.own-criterion"} <= dict(form_values(form)).keys()
    assert "data-request" not in form.attrib


async def test_changing_an_answer_keeps_what_else_was_wished(client: httpx.AsyncClient) -> None:
    page = await page_at(client, advice_address(RESEARCH) + "&weight.continuity=2&certain=weights&verdicts=shipped")
    link = next(a.attrib["href"] for a in page.iter("a") if "change=goal" in a.attrib["href"])
    form = only(await page_at(client, link), "form")
    wished = {("weight.continuity", "2"), ("certain", "weights"), ("verdicts", "shipped")}
    assert wished <= {(field.get("name"), field.get("value")) for field in form.iter("input")}


async def test_a_factor_counts_as_the_address_says_it(client: httpx.AsyncClient) -> None:
    advice = await posted(client, answers=raw_for_api(RESEARCH), priorities={"continuity": 10 / 3, "autodiff": 1.0001})
    assert advice["priorities"] == {"continuity": 3.333}
    assert "weight.continuity=3.333" in advice["permalink"]


async def test_a_link_made_with_rules_that_were_never_here_says_so(client: httpx.AsyncClient) -> None:
    page = await page_at(client, f"{advice_address(CORE)}&rules=0123456789ab&on=2026-01-01")
    assert "This server does not have them" in text_of(only(page, "main"))


def notice_of(page: Element) -> Element:
    return next(part for part in page.iter("aside") if part.get("aria-labelledby") == "then-and-now")


def headline_of(page: Element) -> str:
    return text_of(next(page.iter("h1")))


def with_labelled(page: Element, id: str) -> Element:
    return next(part for part in page.iter("section") if part.get("aria-labelledby") == id)


OWN_CRITERION = """\
criteria:
  - {id: own-criterion, name: Ours, about: What only we look at., weight: 1}
claims:
  - id: own-claim
    statement: A statement of our own.
    criterion: own-criterion
    favours: tensorflow
    strength: 1
    kind: capability
    sources: [{id: tiebreak, section: Test}]
    matters_when: always
"""

OWN_CLAIM = """\
claims:
  - id: own-claim
    statement: A statement of our own.
    criterion: serving-and-scale
    favours: tensorflow
    strength: 3
    kind: capability
    sources: [{id: tiebreak, section: Test}]
    matters_when: always
"""


def test_the_application_keeps_its_rules_when_it_starts(application: FastAPI, tmp_path: Path) -> None:
    service = create_app(Settings(rules=None, data=tmp_path)).state.service
    service.archive.keep(service.knowledge)
    assert [file.name for file in (tmp_path / "rules").iterdir()] == [f"{service.knowledge.version}.json.gz"]


@pytest.mark.parametrize("months", [-24, 24])
async def test_two_years_away_the_page_says_which_facts_are_due(day: date, tmp_path: Path, months: int) -> None:
    there = day + timedelta(days=round(months * 30.44))
    async with client_of(create_app(Settings(rules=None, data=tmp_path), clock=lambda: there)) as client:
        due = {claim.id for claim in shipped_rules().claims.values() if claim.days_overdue(there) > 0}
        page = await page_at(client, "/methodology")
        named = {link.attrib["href"].split("/")[-1] for link in page.iter("a") if "/claims/" in link.attrib["href"]}
        assert due <= named
        assert bool(due) == (months > 0)
        trusts = [reason["trust"] for raw in SAMPLE[:20] for reason in await due_reasons(client, raw)]
        assert all(trust < 1 for trust in trusts)
        assert bool(trusts) == (months > 0)


async def due_reasons(client: httpx.AsyncClient, raw: RawAnswers) -> list[dict[str, Any]]:
    return [one for one in statements_of(await advice_from_api(client, raw)) if one["review_due"]]
