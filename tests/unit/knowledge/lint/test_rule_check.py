"""Rules that load and can have no effect, or say a thing twice, or contradict each other, are found by `check`.

`planted/` holds small files with such rules, whose first lines say what is to be found.
"""

import shutil
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from app.errors import UnusableSetting
from app.knowledge.lint.linter import check
from app.knowledge.lint.trusting_policies import counts_somewhere
from app.knowledge.loader import load
from app.knowledge.models import ClaimStatus
from app.paths import RULES
from tests.support.rules.rule_files import argument, claim, expected_of, pick, with_overlay, write_entries, write_rules
from tests.support.sizes import some

FILES = sorted((Path(__file__).parent / "planted").glob("*.yaml"))

CAUTION_ON_NOTHING = """\
cautions:
  - id: own
    text: A text.
    sources: [{id: tiebreak, section: Test}]
    when:
      [{goal: {all: [research, learning]}}]
"""


def name_of(path: Path) -> str:
    return path.stem


def test_the_shipped_rules_are_clean() -> None:
    assert check() == ()


def test_every_kind_of_fault_is_planted_in_at_least_five_places() -> None:
    """Faults of whole files, which no YAML file can hold, are made in `test_broken_rules.py`."""
    broken = sorted((Path(__file__).parents[1] / "broken").glob("*/*.yaml"))
    planted = Counter(expected.rule for path in [*FILES, *broken] for expected in expected_of(path))
    assert len(planted) > 20
    assert {rule: count for rule, count in planted.items() if count < 5} == {}


@pytest.mark.parametrize("path", some(FILES, 60), ids=name_of)
def test_a_planted_fault_is_found_at_its_place(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path)
    issues = check(overlay=tmp_path)
    expected = expected_of(path)
    assert len(issues) == len(expected), issues
    assert all(one.is_met_by(issue) for one, issue in zip(expected, issues, strict=True)), issues


def test_rules_without_effect_do_not_stop_the_service(tmp_path: Path) -> None:
    shutil.copy(FILES[0], tmp_path)
    assert load(overlay=tmp_path).overlay


def test_findings_come_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    dead = [{"language": {"all": ["cpp", "java"]}}]
    late, early, after = (claim(id, favours="neither", matters_when=dead) for id in ("late", "early", "next"))
    write_entries(tmp_path, {"claims": [late]}, "b.yaml")
    write_entries(tmp_path, {"claims": [early, after]}, "a.yaml")
    assert [issue.message.split(":")[0] for issue in check(overlay=tmp_path)] == ["early", "next", "late"]


def test_what_only_one_policy_trusts_is_dead_when_an_own_policy_trusts_nothing(tmp_path: Path) -> None:
    trust = dict.fromkeys(get_args(ClaimStatus), 0)
    documents = {"id": "documents", "name": "N", "about": "A.", "counts": ["document", "own"], "trust": trust}
    folder = write_entries(tmp_path, {"policies": [documents | {"keras_counts_for": None}]})
    shipped = load()
    killed = {
        claim.id
        for claim in shipped.claims.values()
        if claim.background is None and claim.status in ("refuted", "superseded")
    }
    found = {issue.message.split(":")[0] for issue in check(overlay=folder) if issue.rule == "dead-claim"}
    assert killed
    assert found == killed


def test_claims_whose_source_no_policy_counts_are_dead(tmp_path: Path) -> None:
    shipped = load()
    policies = [policy.model_dump(mode="json") | {"counts": ["document"]} for policy in shipped.policies.values()]
    folder = write_entries(tmp_path, {"policies": policies})
    uncounted = {
        claim.id
        for claim in shipped.claims.values()
        if claim.background is None
        and not any(shipped.sources[citation.id].kind == "document" for citation in claim.sources)
    }
    found = {issue.message.split(":")[0] for issue in check(overlay=folder) if issue.rule == "dead-claim"}
    assert uncounted
    assert found == uncounted


def test_findings_about_the_base_itself_name_their_file_and_line(tmp_path: Path) -> None:
    base = shutil.copytree(RULES, tmp_path / "rules")
    write_rules(base, CAUTION_ON_NOTHING, "team/own.yaml")
    (issue,) = check(shipped=base)
    assert (issue.file, issue.line, issue.rule) == ("rules/team/own.yaml", 5, "dead-caution")


def test_what_the_loader_refuses_is_reported_by_check_too(tmp_path: Path) -> None:
    (issue,) = check(overlay=write_entries(tmp_path, {"claims": [claim("own", strength=0)]}))
    assert (Path(issue.file).name, issue.rule) == ("own.yaml", "value")


def test_a_folder_that_is_not_there_is_raised_by_check_too(tmp_path: Path) -> None:
    with pytest.raises(UnusableSetting):
        check(overlay=tmp_path / "nowhere")


def test_sound_own_rules_are_clean(tmp_path: Path) -> None:
    entries = {
        "roles": [{"id": "helper", "name": "Helper", "about": "Helps."}],
        "arguments": [argument("point"), argument("other", sides="both")],
        "claims": [
            claim("own", argument="point"),
            claim("level", favours="neither"),
            claim("for-one", argument="other"),
            claim("for-the-other", argument="other", favours="tensorflow"),
            claim("shown", matters_when=None, background="It is shown only."),
        ],
        "stack": [
            pick(role="helper", keras_evidence=4),
            pick(role="helper", policy="today", when=[{"goal": ["research"]}]),
            pick(role="helper", policy="today"),
            pick(role="helper", framework="tensorflow"),
            pick(role="helper", policy="both"),
        ],
    }
    assert check(overlay=write_entries(tmp_path, entries)) == ()


def test_a_criterion_without_weight_is_alive_when_an_option_raises_it(tmp_path: Path) -> None:
    asked = {"id": "q", "ask": "A?", "help": "H.", "kind": "one"}
    options = [{"id": id, "label": id, "raises": {"weightless": 1}} for id in ("a", "b")]
    entries = {
        "criteria": [{"id": "weightless", "name": "W", "about": "A.", "weight": 0}],
        "questions": [asked | {"options": options}],
        "claims": [claim("own", favours="neither", criterion="weightless")],
    }
    assert check(overlay=write_entries(tmp_path, entries)) == ()


def test_a_background_claim_is_never_dead(tmp_path: Path) -> None:
    own = claim("own", matters_when=None, background="B.", status="refuted", note="F.", checked_on="2026-11-21")
    own["sources"] = [{"id": "since-2024", "section": "Test"}]
    assert check(overlay=write_entries(tmp_path, {"claims": [own]})) == ()


@pytest.mark.parametrize(
    ("source", "status", "counts"),
    [
        ("tiebreak", "refuted", True),
        ("real-python-2024", "superseded", True),
        ("since-2024", "confirmed", True),
        ("since-2024", "refuted", False),
        ("since-2024", "superseded", False),
    ],
)
def test_a_claim_counts_somewhere_by_source_and_status(source: str, status: str, counts: bool, tmp_path: Path) -> None:
    cited = [{"id": source, "section": "Test"}]
    own = claim("own", sources=cited, status=status, note="F.", checked_on="2026-11-21")
    rules = with_overlay(tmp_path, claims=[own])
    assert counts_somewhere(rules, rules.claims["own"]) is counts


def test_one_source_that_counts_is_enough(tmp_path: Path) -> None:
    cited = [{"id": id, "section": "Test"} for id in ("since-2024", "apify-2023")]
    own = claim("own", sources=cited, status="refuted", note="F.", checked_on="2026-11-21")
    rules = with_overlay(tmp_path, claims=[own])
    assert counts_somewhere(rules, rules.claims["own"])


def test_one_confirmed_observation_contradicts_nothing(tmp_path: Path) -> None:
    """PyTorch may be faster, and TensorFlow within a factor of two, in one and the same run."""
    tested = {"status": "confirmed", "note": "F.", "checked_on": "2026-11-21", "probe": "training_speed"}
    tested |= {"kind": "timing", "favours": "neither"}
    own = [claim("faster", **tested), claim("alike", conflicts_with=["faster"], **tested)]
    assert check(overlay=write_entries(tmp_path, {"claims": own})) == ()


def test_constraints_that_no_policy_counts_together_do_not_contradict(tmp_path: Path) -> None:
    """What was refuted counts as the documents say, what was found since counts today."""
    old = claim("old", favours="neither", status="refuted", note="F.", checked_on="2026-11-21")
    new = claim("new", favours="neither", status="confirmed", note="F.", checked_on="2026-11-21")
    new["sources"] = [{"id": "since-2024", "section": "Test"}]
    shared = {"when": [{"goal": ["learning"]}], "text": "T.", "lifted_by": "L."}
    constraints = [
        {"id": "a", "claim": "old", "requires": "pytorch"} | shared,
        {"id": "b", "claim": "new", "requires": "tensorflow"} | shared,
    ]
    assert check(overlay=write_entries(tmp_path, {"claims": [old, new], "constraints": constraints})) == ()


def test_a_pick_without_keras_evidence_is_reached_behind_one_with(tmp_path: Path) -> None:
    picks = [pick(keras_evidence=4), pick(keras_evidence=2), pick()]
    for number, own in enumerate(picks):
        own["when"] = [{"goal": ["research"]}]
        own["note"] = f"Pick {number}."
    assert check(overlay=write_entries(tmp_path, {"stack": picks})) == ()
