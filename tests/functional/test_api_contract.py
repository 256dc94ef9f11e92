"""Every route, field and status of the JSON API that programs rely on."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.functional.web_client import CORE, HTML, PROBLEM, advice_from_api, problem_fields, raw_for_api
from tests.unit.advice.answer_sets import shipped_rules

QUESTIONS = {
    "language": ("one", True, "python cpp java javascript swift other"),
    "deployment": ("many", True, "experiments server aws gcp mobile edge microcontroller browser"),
    "data_type": ("many", True, "images text audio tabular sequences sparse"),
    "goal": ("one", True, "research prototype production learning competition"),
    "experience": ("one", False, "beginner intermediate expert"),
    "control": ("one", False, "high_level full_control"),
    "model": ("one", False, "standard custom dynamic pretrained"),
    "needs": (
        "many",
        False,
        "debugging higher_order_gradients string_tensors ragged_batches sparse_formats complex_numbers numpy_interop "
        "input_pipelines augmentation custom_cpp_ops dashboards portability reproducibility speed low_memory "
        "long_term_support language_models",
    ),
    "scale": ("one", False, "one_machine multi_gpu cluster"),
    "system": ("many", False, "linux windows macos"),
    "codebase": ("one", False, "none pytorch tensorflow tensorflow1 keras"),
}
"""Question → its kind, whether it is required, and its options, as the contract lists them."""

STATUSES = {"confirmed", "partly", "refuted", "superseded", "opinion", "not_testable", "unchecked"}

TEXT, NUMBER, SEVERAL = str, (int, float), list

PAIR = {"pytorch": NUMBER, "tensorflow": NUMBER}

ADVICE = {
    "recommendation": TEXT,
    "strength": TEXT,
    "scores": dict,
    "cautions": SEVERAL,
    "constraints": SEVERAL,
    "criteria": SEVERAL,
    "reasons": SEVERAL,
    "stack": SEVERAL,
    "policy": TEXT,
    "documents_said": (str, type(None)),
    "answers": dict,
    "permalink": TEXT,
    "rules_version": TEXT,
    "neutral": NUMBER,
}

PARTS = {
    "cautions": {"id": TEXT, "text": TEXT, "sources": SEVERAL},
    "constraints": {"claim": TEXT, "text": TEXT},
    "criteria": {"id": TEXT, "weight": NUMBER, "scores": dict},
    "reasons": {
        "claim": TEXT,
        "criterion": TEXT,
        "favours": TEXT,
        "contribution": NUMBER,
        "statement": TEXT,
        "status": TEXT,
        "sources": SEVERAL,
    },
    "stack": {"role": TEXT, "component": TEXT, "status": TEXT, "note": TEXT},
}

CLAIM = {
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

RICH = CORE | {"language": ["java"], "deployment": ["mobile", "microcontroller"], "codebase": ["tensorflow1"]}

FIXED_ROUTES = ["questionnaire", "claims", "sources"]


def assert_fields(value: dict[str, Any], fields: dict[str, Any]) -> None:
    """The value has each of these fields, in its type."""
    for name, kind in fields.items():
        assert isinstance(value[name], kind), (name, value[name])


async def posted(client: httpx.AsyncClient, body: Any) -> httpx.Response:
    return await client.post("/api/v1/advice", json=body)


async def refused_fields(client: httpx.AsyncClient, body: Any, status: int = 422) -> list[str]:
    response = await posted(client, body)
    assert response.status_code == status, response.text
    return problem_fields(response)


# What is there


async def test_the_questionnaire_holds_the_questions_of_the_contract(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v1/questionnaire")
    assert response.status_code == 200
    answered = {question["id"]: question for question in response.json()["questions"]}
    assert list(answered)[: len(QUESTIONS)] == list(QUESTIONS)
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
    for cited in [*advice["reasons"], *advice["cautions"]]:
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


async def test_documents_said_is_the_other_policy_s_recommendation_where_it_differs(client: httpx.AsyncClient) -> None:
    met = set()
    for raw in (CORE, RICH, CORE | {"goal": ["research"], "deployment": ["server"]}, CORE | {"deployment": ["server"]}):
        today, documents = await advice_from_api(client, raw), await advice_from_api(client, raw, "documents")
        differs = today["recommendation"] != documents["recommendation"]
        assert today["documents_said"] == (documents["recommendation"] if differs else None)
        assert documents["documents_said"] == (today["recommendation"] if differs else None)
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
    wanted = {"source": claims[0]["sources"][0]["id"], "criterion": claims[0]["criterion"], "status": claims[0]["status"]}
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


# What is refused


@pytest.mark.parametrize("missing", list(CORE))
async def test_a_missing_required_answer_is_named(client: httpx.AsyncClient, missing: str) -> None:
    answers = {question: options for question, options in raw_for_api(CORE).items() if question != missing}
    assert await refused_fields(client, {"answers": answers}) == [f"answers.{missing}"]


async def test_all_missing_answers_are_named_at_once(client: httpx.AsyncClient) -> None:
    assert await refused_fields(client, {"answers": {}}) == [f"answers.{question}" for question in CORE]


@pytest.mark.parametrize("question", list(QUESTIONS))
async def test_an_unknown_option_is_named_with_those_that_are_allowed(client: httpx.AsyncClient, question: str) -> None:
    response = await posted(client, {"answers": raw_for_api(CORE) | {question: "klingon"}})
    assert response.status_code == 422
    assert problem_fields(response) == [f"answers.{question}"]
    assert set(QUESTIONS[question][2].split()) <= set(response.json()["errors"][0]["allowed"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"answers": raw_for_api(CORE) | {"colour": "blue"}}, "answers.colour"),
        ({"answers": raw_for_api(CORE) | {"goal": ["research", "production"]}}, "answers.goal"),
        ({"answers": raw_for_api(CORE) | {"language": 5}}, "answers.language"),
        ({"answers": raw_for_api(CORE) | {"language": None}}, "answers.language"),
        ({"answers": raw_for_api(CORE) | {"deployment": ["server", 5]}}, "answers.deployment"),
        ({"answers": raw_for_api(CORE) | {"deployment": {"server": True}}}, "answers.deployment"),
        ({"answers": raw_for_api(CORE) | {"str": 5}}, "answers.str"),
        ({"answers": raw_for_api(CORE) | {"2": 5}}, "answers.2"),
        ({"answers": []}, "answers"),
        ({"answers": "python"}, "answers"),
        ({}, "answers"),
        ({"answers": raw_for_api(CORE), "policy": "tomorrow"}, "policy"),
        ({"answers": raw_for_api(CORE), "policy": 1}, "policy"),
        ({"answers": raw_for_api(CORE), "verbose": True}, "verbose"),
        ([], "body"),
        (None, "body"),
        ("text", "body"),
    ],
)
async def test_what_cannot_be_used_is_named(client: httpx.AsyncClient, change: Any, field: str) -> None:
    assert await refused_fields(client, change) == [field]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("source=nobody", ["source"]),
        ("criterion=beauty", ["criterion"]),
        ("status=perhaps", ["status"]),
        ("favours=jax", ["favours"]),
        ("colour=blue", ["colour"]),
        ("status=refuted&status=partly", ["status"]),
        ("source=nobody&status=perhaps", ["source", "status"]),
    ],
)
async def test_an_unusable_filter_is_named(client: httpx.AsyncClient, query: str, fields: list[str]) -> None:
    response = await client.get(f"/api/v1/claims?{query}")
    assert response.status_code == 422
    assert problem_fields(response) == fields


@pytest.mark.parametrize("path", ["/api/v1/claims/nothing", "/api/v1/nothing", "/nothing", "/claims/nothing"])
async def test_what_is_not_there_is_a_404(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert response.status_code == 404
    assert problem_fields(response)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/v1/advice", "POST"),
        ("POST", "/api/v1/claims", "GET"),
        ("DELETE", "/api/v1/sources", "GET"),
        ("PUT", "/advice", "GET"),
        ("POST", "/healthz", "GET"),
        ("POST", "/static/tiebreak.css", "GET"),
    ],
)
async def test_a_method_that_a_route_does_not_take_is_a_405(
    client: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    response = await client.request(method, path)
    assert response.status_code == 405
    assert problem_fields(response) == ["method"]
    if not path.startswith("/static/"):
        assert allowed in response.headers["allow"]


VALID = json.dumps({"answers": raw_for_api(CORE)})


@pytest.mark.parametrize(
    "body",
    [
        VALID.encode().replace(b"python", b"\xff\xfe"),
        VALID.encode().replace(b"python", b"\xed\xa0\x80"),
        VALID.encode("utf-16"),
        VALID.encode("utf-32"),
        VALID.encode("latin-1") + b"\xe9",
    ],
    ids=["stray bytes", "encoded surrogate", "utf-16", "utf-32", "latin-1"],
)
async def test_a_body_that_is_not_utf8_is_a_400(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/api/v1/advice", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert problem_fields(response) == ["body"]


@pytest.mark.parametrize("body", [b"", b"{", VALID.encode() + b"}", b"language=python", b"{'answers': {}}"])
async def test_a_body_that_is_not_json_names_the_body(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/api/v1/advice", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert problem_fields(response) == ["body"]


async def test_a_lone_surrogate_in_a_json_string_is_a_422(client: httpx.AsyncClient) -> None:
    for body in (VALID.replace("python", "\\ud800"), VALID.replace('"language"', '"\\udfff"')):
        response = await client.post("/api/v1/advice", content=body, headers={"content-type": "application/json"})
        assert response.status_code == 422
        assert problem_fields(response)


@pytest.mark.parametrize("path", ["/api/v1/advice", "/advice", "/healthz"])
async def test_a_body_over_the_limit_is_a_413_declared_or_chunked(client: httpx.AsyncClient, path: str) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b" " * 1024

    for body in (b" " * 65_537, chunks()):
        response = await client.post(path, content=body)
        assert response.status_code == 413
        assert problem_fields(response) == ["body"]


async def test_a_body_at_the_limit_is_read(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/v1/advice", content=VALID.encode().ljust(65_536))
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/", "/advice", "/api/v1/claims", "/nothing"])
async def test_a_query_over_the_limit_is_a_414(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(f"{path}?goal={'x' * 8188}")
    assert response.status_code == 414
    assert problem_fields(response) == ["query"]


async def test_a_query_at_the_limit_is_read(client: httpx.AsyncClient) -> None:
    response = await client.get(f"/advice?goal={'x' * 8187}")
    assert response.status_code == 422
    assert len(response.text) < 8187


async def test_a_problem_does_not_say_back_at_length_what_was_sent(client: httpx.AsyncClient) -> None:
    long = "x" * 5000
    for body in ({"answers": raw_for_api(CORE) | {long: "a"}}, {"answers": raw_for_api(CORE) | {"language": long}}):
        assert len((await posted(client, body)).content) < 5000


# What is documented


async def document_of(client: httpx.AsyncClient) -> dict[str, Any]:
    document: dict[str, Any] = (await client.get("/openapi.json")).json()
    return document


async def test_refusals_are_documented_as_problem_details(client: httpx.AsyncClient) -> None:
    document = await document_of(client)
    text = json.dumps(document)
    assert "HTTPValidationError" not in text
    api = {path: operations for path, operations in document["paths"].items() if path.startswith("/api/")}
    assert len(api) >= 5
    for operations in api.values():
        for operation in operations.values():
            refusals = {status: answer for status, answer in operation["responses"].items() if status[0] == "4"}
            assert "422" in refusals
            assert all(list(answer["content"]) == [PROBLEM] for answer in refusals.values())


async def test_every_reference_in_the_document_leads_somewhere(client: httpx.AsyncClient) -> None:
    document = await document_of(client)
    references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert "Problem" in references
    assert references <= set(document["components"]["schemas"])


async def test_a_problem_has_the_documented_fields(client: httpx.AsyncClient) -> None:
    schemas = (await document_of(client))["components"]["schemas"]
    problem = (await posted(client, {"answers": {}})).json()
    assert set(problem) == set(schemas["Problem"]["properties"])
    assert set(problem["errors"][0]) == set(schemas["FieldError"]["properties"])


async def test_every_documented_route_answers_as_documented(client: httpx.AsyncClient) -> None:
    document = await document_of(client)
    claim = next(iter(shipped_rules().claims))
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            body = {"answers": raw_for_api(CORE)} if "requestBody" in operation else None
            response = await client.request(method, path.format(id=claim), json=body)
            assert str(response.status_code) in operation["responses"], path
            assert response.is_success


async def test_the_contract_s_routes_are_documented(client: httpx.AsyncClient) -> None:
    routes = ("questionnaire", "advice", "claims", "claims/{id}", "sources")
    assert {*(f"/api/v1/{route}" for route in routes), "/healthz", "/readyz"} <= set((await document_of(client))["paths"])
