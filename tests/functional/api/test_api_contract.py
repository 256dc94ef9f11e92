"""Every route and field of the JSON API that programs rely on."""

from typing import Any

import httpx
import pytest

from tests.support.advice.answer_sets import seeded_answers, shipped_rules
from tests.support.rules.contract_questions import QUESTIONS
from tests.support.web.web_client import CORE, HTML, advice_from_api, posted, problem_fields, raw_for_api, statements_of

STATUSES = {"confirmed", "both", "partly", "refuted", "superseded", "opinion", "not_testable", "unchecked"}

TEXT, NUMBER, SEVERAL = str, (int, float), list

PAIR = {"pytorch": NUMBER, "tensorflow": NUMBER}

ADVICE: dict[str, Any] = {
    "recommendation": TEXT,
    "strength": TEXT,
    "scores": dict,
    "cautions": SEVERAL,
    "constraints": SEVERAL,
    "criteria": SEVERAL,
    "reasons": SEVERAL,
    "stack": SEVERAL,
    "ship": SEVERAL,
    "policy": TEXT,
    "other_recommendation": (str, type(None)),
    "answers": dict,
    "permalink": TEXT,
    "rules_version": TEXT,
    "neutral": NUMBER,
}

PARTS: dict[str, dict[str, Any]] = {
    "cautions": {"id": TEXT, "text": TEXT, "sources": SEVERAL},
    "constraints": {"claim": TEXT, "text": TEXT},
    "criteria": {"id": TEXT, "weight": NUMBER, "scores": dict},
    "reasons": {
        "argument": TEXT,
        "name": TEXT,
        "criterion": TEXT,
        "favours": TEXT,
        "contribution": NUMBER,
        "statements": SEVERAL,
    },
    "stack": {"role": TEXT, "component": TEXT, "status": TEXT, "note": TEXT},
    "ship": {"deployment": TEXT, "framework": TEXT, "path": SEVERAL, "maturity": int, "limits": SEVERAL},
}

STATEMENT: dict[str, Any] = {
    "claim": TEXT,
    "criterion": TEXT,
    "favours": TEXT,
    "contribution": NUMBER,
    "statement": TEXT,
    "status": TEXT,
    "sources": SEVERAL,
}

CLAIM: dict[str, Any] = {
    "id": TEXT,
    "statement": TEXT,
    "criterion": TEXT,
    "favours": TEXT,
    "strength": int,
    "kind": TEXT,
    "sources": SEVERAL,
    "status": TEXT,
    "note": (str, type(None)),
    "probe": (str, type(None)),
}

CITATION = {"id": TEXT, "section": TEXT}

IN_THE_BROWSER = {"deployment": ["browser"], "needs": ["on_device_training"]}
RICH = CORE | IN_THE_BROWSER | {"language": ["java"], "codebase": ["tensorflow1"]}

FIXED_ROUTES = ["questionnaire", "claims", "sources"]


def assert_fields(value: dict[str, Any], fields: dict[str, Any]) -> None:
    """The value has each of these fields, in its type."""
    for name, kind in fields.items():
        assert isinstance(value[name], kind), (name, value[name])


async def test_the_questionnaire_holds_the_questions_of_the_contract(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v1/questionnaire")
    assert response.status_code == 200
    answered = {question["id"]: question for question in response.json()["questions"]}
    assert [id for id in answered if id in QUESTIONS] == list(QUESTIONS)
    for id, (kind, required, options) in QUESTIONS.items():
        question = answered[id]
        assert (question["kind"], question["required"]) == (kind, required)
        assert [option["id"] for option in question["options"]][: len(options.split())] == options.split()
        assert all(option["label"] for option in question["options"])
        assert question["ask"]
        assert question["help"]
    assert response.json()["policies"] == ["documents", "today"]


@pytest.mark.parametrize("policy", ["documents", "today"])
@pytest.mark.parametrize("raw", [CORE, RICH])
async def test_an_advice_has_the_fields_of_the_contract(
    client: httpx.AsyncClient, raw: dict[str, list[str]], policy: str
) -> None:
    advice = await advice_from_api(client, raw, policy)
    assert_fields(advice, ADVICE)
    assert_fields(advice["scores"], PAIR)
    for name, fields in PARTS.items():
        for part in advice[name]:
            assert_fields(part, fields)
    for statement in statements_of(advice):
        assert_fields(statement, STATEMENT)
    for cited in [*statements_of(advice), *advice["cautions"]]:
        assert cited["sources"]
        for citation in cited["sources"]:
            assert_fields(citation, CITATION)
    assert advice["reasons"]
    assert advice["stack"]
    assert (advice["policy"], advice["answers"].keys()) == (policy, raw.keys())


async def test_the_parts_that_are_often_empty_occur_in_a_rich_advice(client: httpx.AsyncClient) -> None:
    advice = await advice_from_api(client, RICH)
    assert advice["cautions"]
    assert advice["constraints"]


async def test_contributions_and_the_neutral_part_sum_to_the_scores(client: httpx.AsyncClient) -> None:
    advice = await advice_from_api(client, RICH)
    for framework in PAIR:
        ours = [r["contribution"] for r in advice["reasons"] if r["favours"] == framework]
        assert sum(ours) + advice["neutral"] == pytest.approx(advice["scores"][framework], abs=1e-9)
    assert sum(advice["scores"].values()) == pytest.approx(1, abs=1e-9)
    assert sum(criterion["weight"] for criterion in advice["criteria"]) == pytest.approx(1, abs=1e-9)


async def test_today_is_the_default_policy(client: httpx.AsyncClient) -> None:
    response = await posted(client, {"answers": raw_for_api(CORE)})
    assert response.json() == await advice_from_api(client, CORE, "today")


async def test_one_option_may_stand_alone_or_in_a_list(client: httpx.AsyncClient) -> None:
    assert await advice_from_api(client, CORE) == (await posted(client, {"answers": CORE})).json()


async def test_the_other_recommendation_is_the_other_policy_s_recommendation_where_it_differs(
    client: httpx.AsyncClient,
) -> None:
    met = set()
    for raw in seeded_answers(seed=7, count=30):
        today, documents = await advice_from_api(client, raw), await advice_from_api(client, raw, "documents")
        differs = today["recommendation"] != documents["recommendation"]
        assert today["other_recommendation"] == (documents["recommendation"] if differs else None)
        assert documents["other_recommendation"] == (today["recommendation"] if differs else None)
        met.add(differs)
    assert met == {True, False}


async def test_every_claim_has_the_fields_of_the_contract(client: httpx.AsyncClient) -> None:
    claims = (await client.get("/api/v1/claims")).json()
    sources = {source["id"] for source in (await client.get("/api/v1/sources")).json()}
    assert len(claims) == len(shipped_rules().claims)
    for claim in claims:
        assert_fields(claim, CLAIM)
        assert claim["status"] in STATUSES
        assert claim["strength"] in (1, 2, 3)
        assert claim["sources"]
        assert {citation["id"] for citation in claim["sources"]} <= sources
        assert all(citation["section"] for citation in claim["sources"])


@pytest.mark.parametrize("name", ["source", "criterion", "status", "favours"])
async def test_a_filter_gives_exactly_the_claims_that_fit(client: httpx.AsyncClient, name: str) -> None:
    claims = (await client.get("/api/v1/claims")).json()
    values = {value for claim in claims for value in values_of(claim, name)}
    assert len(values) > 1
    for value in values:
        found = (await client.get("/api/v1/claims", params={name: value})).json()
        assert found == [claim for claim in claims if value in values_of(claim, name)]


def values_of(claim: dict[str, Any], name: str) -> list[str]:
    return [citation["id"] for citation in claim["sources"]] if name == "source" else [claim[name]]


async def test_filters_add_up(client: httpx.AsyncClient) -> None:
    claims = (await client.get("/api/v1/claims")).json()
    wanted = {
        "source": claims[0]["sources"][0]["id"],
        "criterion": claims[0]["criterion"],
        "status": claims[0]["status"],
    }
    found = (await client.get("/api/v1/claims", params=wanted)).json()
    assert claims[0] in found
    assert found == [c for c in claims if all(value in values_of(c, name) for name, value in wanted.items())]


async def test_one_claim_is_the_same_as_in_the_list(client: httpx.AsyncClient) -> None:
    for claim in (await client.get("/api/v1/claims")).json()[::20]:
        assert (await client.get(f"/api/v1/claims/{claim['id']}")).json() == claim


async def test_the_sources_say_how_many_claims_cite_them(client: httpx.AsyncClient) -> None:
    sources = (await client.get("/api/v1/sources")).json()
    assert len(sources) >= 4
    for source in sources:
        assert_fields(source, {"id": TEXT, "title": TEXT, "date": TEXT, "claims": int})
        cited = (await client.get("/api/v1/claims", params={"source": source["id"]})).json()
        assert source["claims"] == len(cited)


async def test_the_service_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json()["status"] == "ok"
    ready = (await client.get("/readyz")).json()
    assert ready["status"] == "ok"
    assert ready["rules_version"] == shipped_rules().version


async def test_the_api_s_pages_answer(client: httpx.AsyncClient) -> None:
    page, document = await client.get("/docs"), await client.get("/openapi.json")
    assert (page.status_code, document.status_code) == (200, 200)
    assert page.headers["content-type"].startswith("text/html")
    assert document.json()["openapi"].startswith("3.")


async def test_nothing_below_the_api_is_ever_a_page(client: httpx.AsyncClient) -> None:
    for route in FIXED_ROUTES:
        assert (await client.get(f"/api/v1/{route}", headers=HTML)).headers["content-type"] == "application/json"
    for response in (
        await client.get("/api/v1/claims/none", headers=HTML),
        await client.get("/api/v1/none", headers=HTML),
        await client.post("/api/v1/advice", json={}, headers=HTML),
    ):
        assert problem_fields(response)
