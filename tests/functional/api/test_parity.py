"""The API, the page and the command line give one and the same advice, and a permalink brings it back anywhere."""

import asyncio
import json
import random
import re
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from click.testing import CliRunner
from fastapi import FastAPI

from app.advice.model.answers import parse_answers
from app.advice.model.priorities import parse_priorities
from app.advice.preferences import Preferences
from app.advice.query import AdviceQuery
from app.cli.main import cli
from tests.support.advice.answer_sets import POLICIES, RawAnswers, seeded_answers, shipped_rules
from tests.support.server.child_processes import tiebreak
from tests.support.sizes import size
from tests.support.web.web_client import HTML, advice_from_api, client_of, statements_of

ROUNDS, SETS_A_ROUND = 10, size(10, 100)

RECOMMENDATION = r'<header class="verdict verdict-(\w+)">'
HEADLINE = r"<h1>(.*?)</h1>"
STRENGTH = r'<p class="strength">\s*(.*?)\s*</p>'
SCORE = r'<data id="score-{}" value="([^"]+)">'
COLUMN = r'<section class="column column-{}">(.*?)</section>'
REASON = re.compile(r'<p class="statement"><a href="(?:/claims/|/precedents#)([^"]+)">')

STRENGTH_WORDS = {
    "A hard constraint decides": "strong",
    "Hard constraints contradict each other": "either",
    "Strong. It wins": "strong",
    "Leaning. It wins": "leaning",
    "Leaning. Stay with": "leaning",
    "Stay with": "either",
    "PyTorch wins": "either",
}


def asked(rng: random.Random, raw: RawAnswers) -> AdviceQuery:
    """Answers with a policy, and with a visitor's own priorities for up to two criteria."""
    rules = shipped_rules()
    factors = dict.fromkeys(rng.sample(list(rules.criteria), rng.randint(0, 2)), rng.choice((0.0, 0.5, 3.25)))
    priorities = parse_priorities(rules, factors)
    return AdviceQuery(parse_answers(rules, raw), Preferences(rng.choice(POLICIES), priorities))


def command_line(query: AdviceQuery) -> list[str]:
    answers = [(f"--{question.replace('_', '-')}", option) for question, option in query.answers.pairs()]
    weights = [("--weight", f"{criterion}={factor}") for criterion, factor in query.preferences.priorities.factors]
    options = [*answers, *weights, ("--policy", query.preferences.policy)]
    return ["advise", *(part for option in options for part in option), "--json"]


async def from_api(client: httpx.AsyncClient, query: AdviceQuery) -> dict[str, Any]:
    response = await client.post("/api/v1/advice", json=query.request(shipped_rules()).model_dump())
    assert response.status_code == 200, response.text
    advice: dict[str, Any] = response.json()
    return advice


def found(pattern: str, html: str) -> str:
    match = re.search(pattern, html, re.DOTALL)
    assert match, pattern
    return match[1]


def strength_shown(html: str) -> str:
    words = found(STRENGTH, html)
    return next(strength for start, strength in STRENGTH_WORDS.items() if words.startswith(start))


def claim_shown(statement: dict[str, Any]) -> str:
    """The claim, or the decision of a project, to which a statement's link leads."""
    return str(statement["claim"]).removeprefix("precedent-")


def reasons_of(advice: dict[str, Any], *favours: str) -> list[str]:
    return [claim_shown(one) for one in statements_of(advice) if one["favours"] in favours]


def assert_page_says_the_same(html: str, advice: dict[str, Any]) -> None:
    assert found(RECOMMENDATION, html) == advice["recommendation"]
    assert found(HEADLINE, html) == advice["headline"]
    assert strength_shown(html) == advice["strength"]
    assert sorted(REASON.findall(html)) == sorted(map(claim_shown, statements_of(advice)))
    for framework in ("pytorch", "tensorflow"):
        assert float(found(SCORE.format(framework), html)) == advice["scores"][framework]
        assert REASON.findall(found(COLUMN.format(framework), html)) == reasons_of(advice, framework)


@pytest.mark.parametrize("round", range(ROUNDS))
async def test_api_page_and_command_line_agree(round: int, application: FastAPI, second_application: FastAPI) -> None:
    rng, runner, knowledge = random.Random(round), CliRunner(), shipped_rules()
    async with client_of(application) as client, client_of(second_application) as elsewhere:
        for raw in seeded_answers(seed=1000 + round, count=SETS_A_ROUND):
            query = asked(rng, raw)
            advice = await from_api(client, query)

            pairs = query.pairs()
            page = await client.get(f"/advice?{urlencode(rng.sample(pairs, len(pairs)))}", headers=HTML)
            assert page.status_code == 200
            assert_page_says_the_same(page.text, advice)

            shared = await elsewhere.get(advice["permalink"], headers=HTML)
            assert shared.status_code == 200
            assert shared.content == page.content

            printed = await asyncio.to_thread(runner.invoke, cli, command_line(query), obj=knowledge)
            assert printed.exit_code == 0, printed.output
            assert json.loads(printed.stdout) == advice


async def test_the_random_sets_meet_every_verdict(application: FastAPI) -> None:
    """Otherwise the test above would say little."""
    async with client_of(application) as client:
        sets = [raw for round in range(ROUNDS) for raw in seeded_answers(seed=1000 + round, count=10)]
        advices = [await advice_from_api(client, raw) for raw in sets]
    assert {advice["recommendation"] for advice in advices} == {"pytorch", "tensorflow", "either"}
    assert {advice["strength"] for advice in advices} == {"strong", "leaning", "either"}
    assert {advice["decided_by"] for advice in advices} >= {"scores", "constraint"}


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_child_process_prints_what_the_api_answers(seed: int, application: FastAPI) -> None:
    query = asked(random.Random(seed), next(seeded_answers(seed, 1)))
    async with client_of(application) as client:
        advice = await from_api(client, query)
    child = tiebreak(*command_line(query))
    assert (child.returncode, child.stderr) == (0, "")
    assert json.loads(child.stdout) == advice
