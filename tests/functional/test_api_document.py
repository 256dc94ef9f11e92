"""The OpenAPI document says what the API does."""

import json
import re
from typing import Any

import httpx

from tests.functional.web_client import CORE, PROBLEM, posted, raw_for_api
from tests.unit.advice.answer_sets import shipped_rules


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
    assert {*(f"/api/v1/{route}" for route in routes), "/healthz", "/readyz"} <= set(
        (await document_of(client))["paths"]
    )
