"""What nobody could confirm weakens under `today` with the age of its newest source."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.advice.model.evidence import trust
from app.knowledge.models import Claim
from tests.support.advice.answer_sets import FRESH, shipped_rules
from tests.support.advice.trusted import AGEING, AGEING_HALF_LIFE, LATE, age_in_days, half_life, said, shipped_trust
from tests.support.rules.rule_files import claim as raw_claim
from tests.support.rules.rule_files import with_overlay
from tests.support.sizes import some

CLOSE = 1e-12
OPINIONS = [c for c in shipped_rules().claims.values() if c.matters_when and c.status in AGEING]


@pytest.mark.parametrize("claim", some(OPINIONS, 15), ids=lambda claim: claim.id)
@pytest.mark.parametrize("day", [FRESH, LATE])
def test_an_unconfirmed_statement_halves_every_two_years_from_its_newest_source(claim: Claim, day: date) -> None:
    overdue = claim.days_overdue(day) / half_life()
    expected = shipped_trust(claim) * 0.5 ** (age_in_days(claim, day) / AGEING_HALF_LIFE + overdue)
    for statement in said(claim, day):
        assert statement.trust == pytest.approx(expected, abs=CLOSE)


def test_unconfirmed_statements_are_there_for_their_age_to_show() -> None:
    framework = [claim for claim in OPINIONS if claim.favours != "keras"]
    assert len(framework) > 15
    assert all(list(said(claim, FRESH)) for claim in framework)


def own_source(published: str) -> dict[str, Any]:
    return {"id": "own-source", "kind": "own", "title": "Ours", "date": published}


@pytest.mark.parametrize(
    ("published", "day", "halvings"),
    [
        ("2020", date(2020, 7, 1), 0),
        ("2020", date(2022, 7, 1), 1),
        ("2020", date(2024, 6, 30), 2),
        ("2024-05-08", date(2026, 5, 8), 1),
        ("2024-05-08", date(2024, 5, 8), 0),
        ("2027", date(2027, 1, 1), 0),
        ("2027-05-01", date(2026, 1, 1), 0),
    ],
)
def test_a_source_with_a_year_only_is_of_the_middle_of_it_and_none_is_of_the_future(
    published: str, day: date, halvings: float, tmp_path: Path
) -> None:
    cited = [{"id": "own-source", "section": "1"}]
    own = raw_claim("own", kind="opinion", status="opinion", sources=cited)
    rules = with_overlay(tmp_path, sources=[own_source(published)], claims=[own])
    policy = rules.policies["today"]
    expected = policy.trust["opinion"] * 0.5**halvings
    assert trust(rules, rules.claims["own"], policy, day) == pytest.approx(expected, abs=CLOSE)


def test_the_newest_source_that_the_policy_counts_is_the_one_that_ages(tmp_path: Path) -> None:
    """What has happened since the documents is none of the sources that `documents` counts."""
    cited = [{"id": id, "section": "1"} for id in ("great-learning-2020", "own-source", "since-2024")]
    own = raw_claim("own", kind="opinion", status="opinion", sources=cited)
    rules = with_overlay(tmp_path, sources=[own_source("2022-11-21")], claims=[own])
    today, day = rules.policies["today"], date(2026, 11, 21)
    documents = today.model_copy(update={"counts": rules.policies["documents"].counts})
    full = today.trust["opinion"]
    assert trust(rules, rules.claims["own"], today, day) == pytest.approx(full, abs=CLOSE)
    halvings = (day - date(2022, 11, 21)).days / AGEING_HALF_LIFE
    assert trust(rules, rules.claims["own"], documents, day) == pytest.approx(full * 0.5**halvings, abs=CLOSE)


@pytest.mark.parametrize("status", ["confirmed", "both", "partly"])
def test_what_was_confirmed_does_not_age(status: str, tmp_path: Path) -> None:
    cited = [{"id": "great-learning-2020", "section": "1"}]
    own = raw_claim("own", status=status, note="N.", checked_on="2026-11-21", sources=cited)
    rules = with_overlay(tmp_path, claims=[own])
    policy = rules.policies["today"]
    assert trust(rules, rules.claims["own"], policy, LATE) == policy.trust[rules.claims["own"].status]
