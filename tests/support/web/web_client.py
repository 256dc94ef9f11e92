"""Clients of the application in this process, and the query strings that tests send with them."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
from starlette.types import ASGIApp

from tests.support.advice.answer_sets import RawAnswers

HTML = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
"""What a browser asks for."""

PROBLEM = "application/problem+json"

CORE: RawAnswers = {
    "language": ["python"],
    "deployment": ["mobile"],
    "data_type": ["images"],
    "goal": ["production"],
}
"""A valid answer to each required question."""


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    """A client of an application in this process; an exception that the application lets out is raised in the test."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    return httpx.AsyncClient(transport=transport, base_url="http://tiebreak.test")


def pairs_of(raw: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    """Answers as the (key, value) pairs of a query."""
    return [(question, option) for question, options in raw.items() for option in options]


def advice_address(raw: Mapping[str, Iterable[str]], policy: str | None = None, page: str = "/advice") -> str:
    """The address of the advice on some answers, with the keys in the order in which they are given."""
    return f"{page}?{urlencode(pairs_of(raw) + ([('policy', policy)] if policy else []))}"


async def advice_from_api(client: httpx.AsyncClient, raw: RawAnswers, policy: str = "today") -> dict[str, Any]:
    """The API's advice on valid answers."""
    response = await client.post("/api/v1/advice", json={"answers": raw_for_api(raw), "policy": policy})
    assert response.status_code == 200, response.text
    advice: dict[str, Any] = response.json()
    return advice


def raw_for_api(raw: RawAnswers) -> dict[str, str | list[str]]:
    """Answers as a caller of the API writes them: single ones without a list."""
    return {question: options[0] if len(options) == 1 else options for question, options in raw.items()}


def problem_fields(response: httpx.Response) -> list[str]:
    """The fields that a problem response names, after checking that it is one."""
    assert response.headers["content-type"] == PROBLEM
    problem = response.json()
    assert problem["status"] == response.status_code
    assert {"type", "title", "detail"} <= set(problem)
    fields = [error["field"] for error in problem["errors"]]
    assert fields
    assert all(isinstance(field, str) and field for field in fields)
    return fields


async def posted(client: httpx.AsyncClient, body: Any) -> httpx.Response:
    return await client.post("/api/v1/advice", json=body)


async def posted_raw(client: httpx.AsyncClient, body: bytes) -> httpx.Response:
    return await client.post("/api/v1/advice", content=body, headers={"content-type": "application/json"})


async def refused_fields(client: httpx.AsyncClient, body: Any, status: int = 422) -> list[str]:
    response = await posted(client, body)
    assert response.status_code == status, response.text
    return problem_fields(response)


def statements_of(advice: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements of all reasons of an advice."""
    return [statement for reason in advice["reasons"] for statement in reason["statements"]]
