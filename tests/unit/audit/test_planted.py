"""What the audit must find: `planted/` holds small files whose first lines say what is to be found."""

import re
import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from app.audit.check import check_all, open_rules
from app.audit.core_outcomes import core_sides
from app.audit.unreachable import unreached
from app.knowledge.models import ClaimStatus, PolicyId
from app.paths import ROOT
from tests.support.rules.rule_files import argument, claim, expected_of, write_entries

DAY = date(2026, 11, 25)
FILES = sorted((Path(__file__).parent / "planted").glob("*.yaml"))

TRUSTED = dict.fromkeys(get_args(ClaimStatus), 1)


def policy(id: str, counts: list[str]) -> dict[str, Any]:
    return {"id": id, "name": id, "about": "A.", "counts": counts, "keras_counts_for": None, "trust": TRUSTED}


def one_sided(id: str, favours: str) -> dict[str, Any]:
    """A policy that hears nobody but ourselves, with one claim of ours that always counts; the other hears everyone."""
    kinds = ["document", "since", "own", "measured"]
    policies = [policy(one, ["own"] if one == id else kinds) for one in ("documents", "today")]
    own = claim("own", argument="point", favours=favours, strength=3)
    return {"policies": policies, "arguments": [argument("point")], "claims": [own]}


UNREACHABLE: list[tuple[dict[str, Any], PolicyId, list[str]]] = [
    (one_sided("documents", "pytorch"), "documents", ["either"]),
    (one_sided("documents", "tensorflow"), "documents", ["PyTorch", "either"]),
    (one_sided("today", "pytorch"), "today", ["either"]),
    (one_sided("today", "tensorflow"), "today", ["PyTorch", "either"]),
]
"""Code in TensorFlow 1 is the one answer besides whose statement of ours favours a framework."""


def test_the_shipped_rules_are_clean() -> None:
    assert check_all(DAY) == ()


def test_every_kind_of_fault_is_planted_in_at_least_five_places() -> None:
    planted = Counter(expected.rule for path in FILES for expected in expected_of(path))
    assert set(planted) == {"loaded-word", "unequal-order"}
    assert min(planted.values()) >= 5


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_planted_fault_is_found_at_its_place(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path)
    issues = check_all(DAY, overlay=tmp_path)
    expected = expected_of(path)
    assert len(issues) == len(expected), issues
    assert all(one.is_met_by(issue) for one, issue in zip(expected, issues, strict=True)), issues


@pytest.mark.parametrize(("entries", "id", "outcomes"), UNREACHABLE)
def test_an_outcome_that_nobody_can_get_is_found_at_its_policy(
    entries: dict[str, Any], id: PolicyId, outcomes: list[str], tmp_path: Path
) -> None:
    issues = check_all(DAY, overlay=write_entries(tmp_path, entries))
    assert {issue.rule for issue in issues} == {"unreachable-outcome"}
    assert all(issue.message.startswith(f"{id}: no core situation") for issue in issues)
    assert [issue.message.split("gets ")[1] for issue in issues] == [f"'{outcome}'" for outcome in outcomes]
    assert {Path(issue.file).name for issue in issues} == {"own.yaml" if "policies" in entries else "policies.yaml"}


def test_an_outcome_that_one_further_answer_reaches_is_reached(tmp_path: Path) -> None:
    """Nobody gets PyTorch from the core questions alone, but whoever needs easy debugging does."""
    entries = one_sided("today", "tensorflow")
    entries["claims"][0]["unless"] = needed = [{"needs": ["debugging"]}]
    entries["arguments"].append(argument("other"))
    entries["claims"].append(claim("other", argument="other", favours="pytorch", strength=3, matters_when=needed))
    rules = open_rules(write_entries(tmp_path, entries)).knowledge
    assert 1 not in core_sides(rules, "today", DAY)
    assert 1 not in unreached(rules, "today", DAY)


def test_what_does_not_load_is_reported_too(tmp_path: Path) -> None:
    (issue,) = check_all(DAY, overlay=write_entries(tmp_path, {"claims": [claim("own", strength=0)]}))
    assert issue.rule == "value"


def test_the_guide_lists_every_kind_of_issue() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "app" / "audit").glob("*.py"))
    in_code = set(re.findall(r"""(?:\.issue\(|LintIssue\(NAME, 1, )"([a-z-]+)",""", sources))
    section = (ROOT / "docs" / "rules.md").read_text().split("## What the audit finds")[1].split("\n## ")[0]
    in_guide = set(re.findall(r"`([a-z-]+)`", " ".join(re.findall(r"^\| (`.*?`) \|", section, flags=re.MULTILINE))))
    assert len(in_code) == 5
    assert in_code == in_guide
