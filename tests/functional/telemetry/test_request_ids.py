"""Every answer names its request, whatever became of it."""

import re

import httpx
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from tests.support.web.web_client import HTML

HEADER = "x-request-id"

MADE = re.compile(r"[0-9a-f]{16}")


@pytest.mark.parametrize(
    ("method", "address", "body", "status"),
    [
        ("GET", "/", b"", 200),
        ("HEAD", "/claims", b"", 200),
        ("GET", "/nothing", b"", 404),
        ("DELETE", "/claims", b"", 405),
        ("POST", "/api/v1/advice", b"x" * 70_000, 413),
        ("GET", f"/advice?goal={'x' * 9_000}", b"", 414),
        ("POST", "/api/v1/advice", b"{", 422),
        ("GET", "/static/tiebreak.css", b"", 200),
        ("GET", "/static/nothing", b"", 404),
    ],
)
async def test_every_answer_has_an_id_of_its_own(
    client: httpx.AsyncClient, method: str, address: str, body: bytes, status: int
) -> None:
    answers = [await client.request(method, address, content=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [status, status]
    assert all(MADE.fullmatch(answer.headers[HEADER]) for answer in answers)
    assert answers[0].headers[HEADER] != answers[1].headers[HEADER]


@pytest.mark.parametrize("given", ["abcdefgh", "A-0" * 21, "5f3c1b6e-5a36-4c4b-9d1e-0f6a2f0d6f11"])
async def test_a_plain_id_is_taken_over(client: httpx.AsyncClient, given: str) -> None:
    assert (await client.get("/healthz", headers={HEADER: given})).headers[HEADER] == given


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with space", "a_b_c_d_e", "<script>x", "äöüäöüäöü", "a\tbcdefghi"]
)
async def test_any_other_id_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.get("/healthz", headers=[(HEADER.encode(), given.encode("latin-1"))])
    assert MADE.fullmatch(answer.headers[HEADER])


async def test_of_two_ids_none_is_taken_over(client: httpx.AsyncClient) -> None:
    answer = await client.get("/healthz", headers=[(HEADER, "abcdefgh"), (HEADER, "ijklmnop")])
    assert MADE.fullmatch(answer.headers[HEADER])


@pytest.fixture
def crashing() -> FastAPI:
    app = create_app(Settings(rules=None))

    @app.get("/crash")
    async def crash() -> None:
        raise RuntimeError

    return app


@pytest.mark.parametrize("headers", [{}, HTML])
async def test_a_crash_is_answered_with_the_id_to_quote(crashing: FastAPI, headers: dict[str, str]) -> None:
    transport = httpx.ASGITransport(app=crashing, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/crash", headers=headers)
    assert answer.status_code == 500
    assert MADE.fullmatch(answer.headers[HEADER])
    assert f"under request {answer.headers[HEADER]}" in answer.text
