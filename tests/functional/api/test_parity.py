"""The API, the page and the command line give one and the same advice, and a permalink brings it back anywhere."""

import asyncio
import json
import random
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from fastapi import FastAPI

from app.cli.main import cli
from tests.support.advice.answer_sets import POLICIES, RawAnswers, seeded_answers, shipped_rules
from tests.support.server.child_processes import tiebreak
from tests.support.web.web_client import HTML, advice_from_api, client_of, pairs_of

ROUNDS, SETS_A_ROUND = 10, 100

RECOMMENDATION = r'<header class="verdict verdict-(\w+)">'
HEADLINE = r"<h1>(.*?)</h1>"
STRENGTH = r'<p class="strength">\s*(.*?)\s*</p>'
SCORE = r'<data id="score-{}" value="([^"]+)">'
COLUMN = r'<section class="column column-{}">(.*?)</section>'
REASON = re.compile(r'<li class="reason">\s*<p class="statement"><a href="/claims/([^"]+)">')

HEADLINES = {"pytorch": "PyTorch", "tensorflow": "TensorFlow", "either": "Either will do"}

STRENGTH_WORDS = {
    "Decided by a hard constraint": "strong",
    "Hard constraints contradict each other": "either",
    "It clearly wins": "strong",
    "It leans that way": "leaning",
    "PyTorch wins": "either",
}


def command_line(raw: RawAnswers, policy: str) -> list[str]:
    options = [part for key, value in pairs_of(raw) for part in (f"--{key.replace('_', '-')}", value)]
    return ["advise", *options, "--policy", policy, "--json"]


def shuffled_query(rng: random.Random, raw: RawAnswers, policy: str) -> str:
    pairs = [*pairs_of(raw), ("policy", policy)]
    rng.shuffle(pairs)
    return urlencode(pairs)


def found(pattern: str, html: str) -> str:
    match = re.search(pattern, html, re.DOTALL)
    assert match, pattern
    return match[1]


def strength_shown(html: str) -> str:
    words = found(STRENGTH, html)
    return next(strength for start, strength in STRENGTH_WORDS.items() if words.startswith(start))


def reasons_of(advice: dict[str, Any], *favours: str) -> list[str]:
    return [reason["claim"] for reason in advice["reasons"] if reason["favours"] in favours]


def assert_page_says_the_same(html: str, advice: dict[str, Any]) -> None:
    assert found(RECOMMENDATION, html) == advice["recommendation"]
    conflict = advice["decided_by"] == "conflicting_constraints"
    assert found(HEADLINE, html) == ("Neither alone" if conflict else HEADLINES[advice["recommendation"]])
    assert strength_shown(html) == advice["strength"]
    assert sorted(REASON.findall(html)) == sorted(reason["claim"] for reason in advice["reasons"])
    for framework in ("pytorch", "tensorflow"):
        assert float(found(SCORE.format(framework), html)) == advice["scores"][framework]
        assert REASON.findall(found(COLUMN.format(framework), html)) == reasons_of(advice, framework)


@pytest.mark.parametrize("round", range(ROUNDS))
async def test_api_page_and_command_line_agree(round: int, application: FastAPI, second_application: FastAPI) -> None:
    rng, runner, knowledge = random.Random(round), CliRunner(), shipped_rules()
    async with client_of(application) as client, client_of(second_application) as elsewhere:
        for raw in seeded_answers(seed=1000 + round, count=SETS_A_ROUND):
            policy = rng.choice(POLICIES)
            advice = await advice_from_api(client, raw, policy)

            page = await client.get(f"/advice?{shuffled_query(rng, raw, policy)}", headers=HTML)
            assert page.status_code == 200
            assert_page_says_the_same(page.text, advice)

            shared = await elsewhere.get(advice["permalink"], headers=HTML)
            assert shared.status_code == 200
            assert shared.content == page.content

            printed = await asyncio.to_thread(runner.invoke, cli, command_line(raw, policy), obj=knowledge)
            assert printed.exit_code == 0, printed.output
            assert json.loads(printed.stdout) == advice


async def test_the_random_sets_meet_every_verdict(application: FastAPI) -> None:
    """Otherwise the test above would say little."""
    async with client_of(application) as client:
        advices = [await advice_from_api(client, raw) for raw in seeded_answers(seed=1000, count=SETS_A_ROUND)]
    assert {advice["recommendation"] for advice in advices} == {"pytorch", "tensorflow", "either"}
    assert {advice["strength"] for advice in advices} == {"strong", "leaning", "either"}
    assert {advice["decided_by"] for advice in advices} >= {"scores", "constraint"}


@pytest.mark.parametrize(("seed", "policy"), [(1, "documents"), (2, "today"), (3, "today")])
async def test_a_child_process_prints_what_the_api_answers(seed: int, policy: str, application: FastAPI) -> None:
    raw = next(seeded_answers(seed, 1))
    async with client_of(application) as client:
        advice = await advice_from_api(client, raw, policy)
    child = tiebreak(*command_line(raw, policy))
    assert (child.returncode, child.stderr) == (0, "")
    assert json.loads(child.stdout) == advice
