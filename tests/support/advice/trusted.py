"""How much claims are trusted under `today`, from the rules by plain arithmetic."""

from collections.abc import Iterator
from datetime import date

from app.advice.schema.reasons import Statement
from app.knowledge.models import Claim, PolicyId
from tests.support.advice.answer_sets import advice_on, shipped_rules, statements_of
from tests.support.advice.claim_answers import answers_from_condition

AGEING = ("opinion", "not_testable", "unchecked")
"""The statuses of what nobody could confirm."""

LATE = date(2029, 11, 21)
"""24 months past the last review date of the shipped rules, and more past the others."""

AGEING_HALF_LIFE = 730
MIDDLE_OF_THE_YEAR = "-07-01"
"""For the sources of which only the year is known."""


def age_in_days(claim: Claim, day: date) -> int:
    """Days since the newest source of a claim, of those that `today` counts."""
    dates = [shipped_rules().sources[citation.id].date for citation in claim.sources]
    return min((day - date.fromisoformat(text if "-" in text else text + MIDDLE_OF_THE_YEAR)).days for text in dates)


def half_life() -> float:
    stale = shipped_rules().policies["today"].stale
    assert stale is not None
    return stale.half_life_days


def shipped_trust(claim: Claim) -> float:
    return shipped_rules().policies["today"].trust[claim.status]


def said(claim: Claim, day: date, policy: PolicyId = "today") -> Iterator[Statement]:
    """The claim's entries under the arguments of answers that call it up."""
    for raw in answers_from_condition(claim):
        yield from (one for one in statements_of(advice_on(raw, policy, day)) if one.claim == claim.id)
