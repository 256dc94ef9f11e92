"""What the JSON API refuses: with which status, and naming which field."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.rules.contract_questions import QUESTIONS
from tests.support.web.web_client import CORE, posted, posted_raw, problem_fields, raw_for_api, refused_fields


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
    response = await posted_raw(client, body)
    assert response.status_code == 400
    assert problem_fields(response) == ["body"]


@pytest.mark.parametrize("body", [b"", b"{", VALID.encode() + b"}", b"language=python", b"{'answers': {}}"])
async def test_a_body_that_is_not_json_names_the_body(client: httpx.AsyncClient, body: bytes) -> None:
    response = await posted_raw(client, body)
    assert response.status_code in (400, 422)
    assert problem_fields(response) == ["body"]


async def test_a_lone_surrogate_in_a_json_string_is_a_422(client: httpx.AsyncClient) -> None:
    for body in (VALID.replace("python", "\\ud800"), VALID.replace('"language"', '"\\udfff"')):
        response = await posted_raw(client, body.encode())
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
    response = await posted_raw(client, VALID.encode().ljust(65_536))
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
