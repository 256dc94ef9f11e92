"""A folder of own rules adds to the shipped ones and replaces them, entry by entry."""

from pathlib import Path

import pytest

from app.errors import InvalidRules
from app.knowledge.base import OverlayChange
from app.knowledge.loader import load
from tests.support.rules.rule_files import FACT, claim, pick, with_overlay, write_entries, write_rules

SHIPPED_CLAIM = "staying-keeps-pytorch-work"
REGION = {
    "id": "region",
    "ask": "Where is the data kept?",
    "help": "Where it must stay.",
    "kind": "one",
    "options": [
        {"id": "here", "label": "Here", "raises": {"serving-and-scale": 2}},
        {"id": "elsewhere", "label": "Elsewhere", "neutral_because": "It changes nothing."},
    ],
}


def test_the_shipped_rules_alone_have_an_empty_overlay() -> None:
    assert load().overlay == ()


def test_equal_rules_have_an_equal_version() -> None:
    assert load().version == load().version
    assert len(load().version) == 12


def test_an_overlay_adds_a_claim(tmp_path: Path) -> None:
    rules = with_overlay(tmp_path, claims=[claim("own", statement="Ours is faster.")])
    assert rules.overlay == (OverlayChange("claims", "own", "added"),)
    assert rules.claims["own"].statement == "Ours is faster."
    assert list(rules.claims) == [*load().claims, "own"]


def test_an_overlay_replaces_a_claim_in_its_place(tmp_path: Path) -> None:
    shipped = load()
    rules = with_overlay(tmp_path, claims=[claim(SHIPPED_CLAIM, statement="Ours.", strength=2)])
    assert rules.overlay == (OverlayChange("claims", SHIPPED_CLAIM, "replaced"),)
    assert rules.claims[SHIPPED_CLAIM].statement == "Ours."
    assert rules.claims[SHIPPED_CLAIM].note is None
    assert list(rules.claims) == list(shipped.claims)
    assert {id for id in shipped.claims if shipped.claims[id] != rules.claims[id]} == {SHIPPED_CLAIM}


def test_an_overlay_adds_a_question_and_a_claim_on_it(tmp_path: Path) -> None:
    own = claim("own", matters_when=[{"region": ["here"]}])
    rules = with_overlay(tmp_path, questions=[REGION], claims=[own])
    assert rules.overlay == (OverlayChange("questions", "region", "added"), OverlayChange("claims", "own", "added"))
    assert list(rules.questions) == [*load().questions, "region"]
    assert rules.questions["region"].option_ids == ("here", "elsewhere")
    condition = rules.claims["own"].matters_when
    assert condition is not None
    assert condition.holds({"region": frozenset({"here"})})


def test_an_overlay_adds_an_option_to_a_shipped_question(tmp_path: Path) -> None:
    shipped = load().questions["system"]
    bsd = {"id": "bsd", "label": "A BSD", "raises": {"execution-and-debugging": 2}}
    options = [option.model_dump(mode="json", exclude_defaults=True) for option in shipped.options]
    asked = {"id": "system", "ask": shipped.ask, "help": shipped.help, "kind": shipped.kind}
    rules = with_overlay(tmp_path, questions=[asked | {"options": [*options, bsd]}])
    assert rules.overlay == (OverlayChange("questions", "system", "replaced"),)
    assert rules.questions["system"].options[:-1] == shipped.options
    assert rules.questions["system"].option("bsd").raises == {"execution-and-debugging": 2}


def test_an_own_claim_may_name_a_shipped_option_that_was_neutral(tmp_path: Path) -> None:
    """Adding a claim is one edit in one file: the shipped option was neutral, and no longer is."""
    rules = with_overlay(tmp_path, claims=[claim("own", matters_when=[{"scale": ["one_machine"]}])])
    assert "own" in rules.claims


def test_an_overlay_changes_a_weight(tmp_path: Path) -> None:
    ours = {"id": "randomness", "name": "Randomness", "about": "It must repeat.", "weight": 9}
    rules = with_overlay(tmp_path, criteria=[ours])
    assert rules.criteria["randomness"].weight == 9
    assert list(rules.criteria) == list(load().criteria)


def test_an_overlay_changes_the_scoring(tmp_path: Path) -> None:
    rules = with_overlay(tmp_path, scoring={"neutral": 3, "leaning": 0.6, "strong": 0.7, "constraint_trust": 0.25})
    assert rules.overlay == (OverlayChange("scoring", "scoring", "replaced"),)
    assert (rules.scoring.neutral, rules.scoring.leaning, rules.scoring.strong) == (3, 0.6, 0.7)


def test_an_overlay_replaces_a_policy(tmp_path: Path) -> None:
    today = load().policies["today"].model_dump(mode="json")
    rules = with_overlay(tmp_path, policies=[today | {"counts": ["since"]}])
    assert rules.policies["today"].counts == {"since"}
    assert list(rules.policies) == ["documents", "today"]


def test_an_overlay_brings_a_source_a_component_and_a_constraint(tmp_path: Path) -> None:
    paper = {"id": "paper", "kind": "own", "title": "Our paper", "date": "2026"}
    ours = {"id": "ours", "name": "Ours", "framework": "both", "purpose": "P.", "state": "active", "status": "S."}
    own = claim("own", sources=[{"id": "paper", "section": "1"}], components=["ours"])
    limit = {"id": "limit", "claim": "own", "requires": "pytorch", "when": "always", "text": "T.", "lifted_by": "L."}
    rules = with_overlay(tmp_path, sources=[paper], components=[ours | FACT], claims=[own], constraints=[limit])
    added = {(change.collection, change.id) for change in rules.overlay}
    assert added == {("sources", "paper"), ("components", "ours"), ("claims", "own"), ("constraints", "limit")}
    assert {change.action for change in rules.overlay} == {"added"}


def test_the_version_changes_with_each_own_rule(tmp_path: Path) -> None:
    versions = [
        load().version,
        with_overlay(tmp_path / "a", claims=[claim("own")]).version,
        with_overlay(tmp_path / "b", claims=[claim("own", strength=2)]).version,
        with_overlay(tmp_path / "c", claims=[claim(SHIPPED_CLAIM)]).version,
        with_overlay(tmp_path / "d", questions=[REGION]).version,
        with_overlay(tmp_path / "e", stack=[pick()]).version,
        with_overlay(
            tmp_path / "f", scoring={"neutral": 3, "leaning": 0.6, "strong": 0.7, "constraint_trust": 0.25}
        ).version,
    ]
    assert len(set(versions)) == len(versions)


def test_the_version_does_not_change_for_an_overlay_that_says_nothing(tmp_path: Path) -> None:
    rules = load(overlay=write_rules(tmp_path, "# nothing yet\n"))
    assert rules.overlay == ()
    assert rules.version == load().version


def test_the_version_is_of_the_rules_and_not_of_their_files(tmp_path: Path) -> None:
    one = load(overlay=write_entries(tmp_path / "a", {"claims": [claim("own")]}, "one.yaml"))
    other = load(overlay=write_entries(tmp_path / "b", {"claims": [claim("own")]}, "deep/other.yaml"))
    assert one.version == other.version


@pytest.mark.parametrize("name", ["own.yaml", "zzz.yaml", "team/own.yaml", "stack.yaml"])
def test_own_picks_come_before_shipped_ones(name: str, tmp_path: Path) -> None:
    notes = ["Ours first.", "Ours second."]
    rules = load(overlay=write_entries(tmp_path, {"stack": [pick(note=note) for note in notes]}, name))
    assert [choice.note for choice in rules.stack[:2]] == notes
    assert rules.stack[2:] == load().stack


def test_own_picks_are_listed_as_added(tmp_path: Path) -> None:
    rules = load(overlay=write_entries(tmp_path, {"stack": [pick(), pick()]}, "stack.yaml"))
    assert [(change.collection, change.action) for change in rules.overlay] == [("stack", "added")] * 2


def test_several_files_and_folders_make_one_overlay(tmp_path: Path) -> None:
    write_entries(tmp_path, {"claims": [claim("last")]}, "team/z.yaml")
    write_entries(tmp_path, {"claims": [claim("first")]}, "a.yaml")
    assert [change.id for change in load(overlay=tmp_path).overlay] == ["first", "last"]


def test_a_file_with_another_ending_is_not_read(tmp_path: Path) -> None:
    write_rules(tmp_path, "not: a rule\n", "notes.txt")
    write_entries(tmp_path, {"claims": [claim("own")]})
    assert [change.id for change in load(overlay=tmp_path).overlay] == ["own"]


def test_a_folder_that_a_cluster_mounts_is_read_once(tmp_path: Path) -> None:
    """A ConfigMap appears as links to a hidden folder of the day beside them."""
    write_entries(tmp_path, {"claims": [claim("own")]}, "..2026_11_21/own.yaml")
    (tmp_path / "..data").symlink_to("..2026_11_21", target_is_directory=True)
    (tmp_path / "own.yaml").symlink_to("..data/own.yaml")
    assert [change.id for change in load(overlay=tmp_path).overlay] == ["own"]


def test_loading_leaves_the_shipped_rules_as_they_were(tmp_path: Path) -> None:
    before = load().version
    with_overlay(tmp_path, claims=[claim(SHIPPED_CLAIM, strength=1)])
    assert load().version == before


def test_an_overlay_cannot_leave_a_shipped_claim_without_its_option(tmp_path: Path) -> None:
    scale = {"id": "scale", "ask": "A?", "help": "H.", "kind": "one"}
    options = [{"id": id, "label": id, "raises": {"randomness": 1}} for id in ("one_machine", "multi_gpu")]
    with pytest.raises(InvalidRules, match="'cluster' is no option of 'scale'"):
        with_overlay(tmp_path, questions=[scale | {"options": options}])


def test_the_rules_cannot_be_changed_once_loaded() -> None:
    rules = load()
    with pytest.raises(TypeError):
        rules.claims["new"] = rules.claims[SHIPPED_CLAIM]  # type: ignore[index]
    with pytest.raises(ValueError, match="frozen"):
        rules.claims[SHIPPED_CLAIM].strength = 1  # type: ignore[misc]
