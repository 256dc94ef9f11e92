"""No address leads out of what is served: not to the source, not to the system's files, not to another site."""

import httpx
import pytest
from fastapi import FastAPI

from tests.support.hostile.judge import Judge
from tests.support.hostile.requests import Attack, RawTargets, request_of
from tests.support.web.web_client import client_of

WAYS_UP = (
    "../",
    "..%2f",
    "%2e%2e/",
    "%2e%2e%2f",
    "..%5c",
    "..\\",
    "%252e%252e%252f",
    "%c0%ae%c0%ae%c0%af",
    "..%00/",
    "....//",
)
"""Parent folders: plain, encoded, encoded twice, of another system, overlong, with a NUL, and what a filter leaves."""

FILES = ("app/main.py", "etc/passwd", "pyproject.toml", "rules/sources.yaml", "templates/base.html", "tiebreak.db")

PLACES = ("/static/", "/static/swagger/", "/claims/", "/probes/", "/runs/", "/api/v1/claims/", "/api/v1/probes/", "/")

TARGETS = [f"{place}{up * depth}{file}" for place in PLACES for up in WAYS_UP for depth in (1, 2, 8) for file in FILES]

ODD = (
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/tiebreak.css%00.png",
    "/static/.",
    "/static/..",
    "/static/%",
    "/static/con",
    "/static/" + "a/" * 4_000,
    "file:///etc/passwd",
    "http://evil.example/static/tiebreak.css",
    "//evil.example/static/tiebreak.css",
    "/.git/config",
    "/.env",
    "/rules/sources.yaml",
    "/claims/%00",
    "/claims/..%2f..%2fhealthz",
    "/probes/import%00",
    "/probes/..%2fcapability%2fboot",
    "/api/v1/probes/%2e",
    "/runs/%ed%a0%80",
)

SECRETS = (b"import ", b"root:", b"[project]", b"SQLite format", b"{% block", b"- id: ")
"""What the files begin with that nobody should see."""


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
async def test_no_address_leads_out(application: FastAPI, method: str) -> None:
    judge, faults = Judge(), []
    async with client_of(RawTargets(application)) as client:
        for target in (*TARGETS, *ODD):
            attack = Attack(method, target.encode())
            response = await client.send(request_of(client, attack))
            faults += [f"{target}: {fault}" for fault in judge.faults(attack, response)]
            if response.status_code < 300 or any(secret in response.content for secret in SECRETS):
                faults.append(f"{target}: {response.status_code} {response.content[:60]!r}")
    assert not faults, "\n".join(faults[:10])
    assert judge.statuses <= {303, 307, 400, 403, 404, 405, 422}


async def test_a_static_file_is_served_by_its_own_address_alone(client: httpx.AsyncClient) -> None:
    assert (await client.get("/static/tiebreak.css")).status_code == 200
    for address in ("/static/tiebreak.CSS", "/STATIC/tiebreak.css", "/static/./../static/nothing.css"):
        assert (await client.get(address)).status_code == 404
