"""A comparison has an own half and another: what each combination of them comes to."""

from itertools import product
from typing import Any

import pytest

from app.knowledge.models import Claim
from app.runs.models import ClaimRuling, Result
from app.runs.verdicts.evaluate import judge
from app.runs.verdicts.observations import Observations

UNKNOWN = {"type": "ModuleNotFoundError", "message": "No module named 'more'", "missing": "more"}
OBSERVED: dict[str, Any] = {"+": 1, "-": 0, "?": UNKNOWN}
"""An expectation that holds, one that does not, and one that cannot be tried."""

VERDICTS: dict[tuple[str, str], ClaimRuling] = {
    ("+", ""): "confirmed",
    ("++", ""): "confirmed",
    ("+-", ""): "partly",
    ("-", ""): "refuted",
    ("?", ""): "not_testable",
    ("+?", ""): "not_testable",
    ("-?", ""): "refuted",
    ("+", "+"): "confirmed",
    ("+", "-"): "both",
    ("+", "--"): "both",
    ("+", "+-"): "partly",
    ("+", "?"): "not_testable",
    ("+-", "+"): "partly",
    ("+-", "-"): "both",
    ("+-", "+-"): "partly",
    ("-", "+"): "refuted",
    ("-", "-"): "refuted",
    ("-", "?"): "refuted",
    ("?", "+"): "not_testable",
    ("?", "-"): "not_testable",
    ("+?", "-"): "both",
    ("", "+"): "confirmed",
    ("", "-"): "refuted",
    ("", "+-"): "partly",
}
"""By the own half and the other one."""

SIDES = ("pytorch", "tensorflow")


def claim_of(favours: str, halves: dict[str, str]) -> Claim:
    expects = [
        {"see": [framework, str(at)], "is": 1, "holds": "{observed} as said", "fails": "{observed} only"}
        for framework, half in halves.items()
        for at in range(len(half))
    ]
    plain = {"id": "own", "statement": "S.", "criterion": "c", "favours": favours, "strength": 1, "kind": "capability"}
    plain |= {"matters_when": "always"}
    return Claim.model_validate(plain | {"probe": "p", "sources": [{"id": "s", "section": "1"}], "expects": expects})


def seen(halves: dict[str, str]) -> Observations:
    return Observations.of(
        [
            Result(
                framework=framework,
                place="first" if framework == "pytorch" else "second",
                version="9.9",
                observation={str(at): OBSERVED[mark] for at, mark in enumerate(halves[framework])} | {"there": True},
            )
            for framework in SIDES
        ]
    )


@pytest.mark.parametrize(("favours", "halves"), list(product(SIDES, VERDICTS)), ids=str)
def test_the_verdict_on_both_halves(favours: str, halves: tuple[str, str]) -> None:
    [other] = set(SIDES) - {favours}
    by_framework = dict(zip((favours, other), halves, strict=True))
    assert judge(claim_of(favours, by_framework), seen(by_framework)).verdict == VERDICTS[halves]
