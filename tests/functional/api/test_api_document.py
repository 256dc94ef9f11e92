"""The OpenAPI document says what the API does."""

import json
import re
from typing import Any

import httpx

from tests.support.advice.answer_sets import shipped_rules
from tests.support.web.web_client import CORE, PROBLEM, posted, raw_for_api

PROBE = "polynomial_gradient"


OPERATIONS = {
    "GET /api/v1/questionnaire": "get_questionnaire",
    "POST /api/v1/advice": "get_advice",
    "GET /api/v1/claims": "list_claims",
    "GET /api/v1/claims/{id}": "get_claim",
    "GET /api/v1/sources": "list_sources",
    "GET /api/v1/paths": "list_paths",
    "GET /api/v1/precedents": "list_precedents",
    "GET /api/v1/probes": "list_probes",
    "GET /api/v1/probes/{id}": "get_probe",
    "GET /api/v1/environment": "get_environment",
    "POST /api/v1/runs": "start_run",
    "GET /api/v1/runs": "list_runs",
    "GET /api/v1/runs/{id}": "get_run",
    "DELETE /api/v1/runs/{id}": "cancel_run",
    "GET /api/v1/runs/{id}/events": "follow_run",
    "GET /healthz": "get_health",
    "GET /readyz": "get_readiness",
    "GET /metrics": "get_metrics",
}


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
    """In the document's order, so that the run is cancelled before its events are read to their end."""
    document = await document_of(client)
    bodies = {"/api/v1/advice": {"answers": raw_for_api(CORE)}, "/api/v1/runs": {"probe": PROBE}}
    run = (await client.post("/api/v1/runs", json=bodies["/api/v1/runs"])).json()["id"]
    ids = {"claims": next(iter(shipped_rules().claims)), "probes": PROBE, "runs": run}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            body = bodies[path] if "requestBody" in operation else None
            place = path.format(id=ids[path.split("/")[3]]) if "{id}" in path else path
            response = await client.request(method, place, json=body)
            assert str(response.status_code) in operation["responses"], path
            assert response.is_success


async def test_the_contract_s_routes_are_documented(client: httpx.AsyncClient) -> None:
    routes = ["questionnaire", "advice", "claims", "claims/{id}", "sources", "probes", "probes/{id}", "environment"]
    routes += ["runs", "runs/{id}", "runs/{id}/events"]
    assert {*(f"/api/v1/{route}" for route in routes), "/healthz", "/readyz"} <= set(
        (await document_of(client))["paths"]
    )


async def test_operation_ids_are_words_that_generated_clients_rely_on(client: httpx.AsyncClient) -> None:
    paths = (await document_of(client))["paths"]
    found = {
        f"{m.upper()} {path}": entry["operationId"] for path, methods in paths.items() for m, entry in methods.items()
    }
    assert found == OPERATIONS
