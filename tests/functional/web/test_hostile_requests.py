"""Thousands of hostile requests: each gets an answer that a well-behaved service would give, and none breaks it."""

import httpx
import pytest
from fastapi import FastAPI

from tests.support.hostile.judge import Judge
from tests.support.hostile.requests import Attack, RawTargets, attacks, request_of
from tests.support.sizes import size
from tests.support.web.web_client import client_of

ROUNDS, REQUESTS_A_ROUND = size(2, 10), 1_000

SHOWN = 12
"""How many faults a failing round shows."""


async def faults_of(client: httpx.AsyncClient, judge: Judge, attack: Attack) -> list[str]:
    try:
        response = await client.send(request_of(client, attack))
    except Exception as error:
        return [f"raised {error!r}"]
    return judge.faults(attack, response)


@pytest.mark.parametrize("round", range(ROUNDS))
async def test_no_request_breaks_the_service(round: int, application: FastAPI) -> None:
    judge, bad = Judge(), []
    async with client_of(RawTargets(application)) as client:
        for attack in attacks(seed=round, count=REQUESTS_A_ROUND):
            bad += [f"{fault} ← {attack!r}" for fault in await faults_of(client, judge, attack)]
        answer = await client.send(request_of(client, Attack("GET", b"/readyz")))
    assert answer.status_code == 200
    assert not bad, "\n".join([f"{len(bad)} faults", *bad[:SHOWN]])
    assert judge.statuses >= {200, 400, 404, 405, 413, 414, 422}, "the requests are not hostile enough"
