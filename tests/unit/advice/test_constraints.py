"""Hard constraints, components that are no more, and what a team already has."""

from pathlib import Path

import pytest
import yaml

from app.advice.schema.advice import Advice, StackEntry
from app.knowledge.base import Knowledge
from app.knowledge.loader import load
from app.knowledge.models import FRAMEWORKS, Constraint, Framework, PolicyId
from tests.support.advice.answer_sets import (
    FRESH,
    POLICIES,
    RawAnswers,
    advice_on,
    completed,
    seeded_answers,
    shipped_rules,
)
from tests.support.sizes import size

JAVA: RawAnswers = completed({"language": ["java"], "deployment": ["server"]})
BROWSER_TRAINING: RawAnswers = completed({"deployment": ["browser"], "needs": ["on_device_training"]})
LANGUAGE_MODEL: RawAnswers = completed({"model": ["pretrained"], "needs": ["language_models"]})
BY_CONSTRAINT: dict[str, RawAnswers] = {
    "transformers-models": LANGUAGE_MODEL,
    "no-way-to-training-in-browser": BROWSER_TRAINING,
}
CONSTRAINTS = list(shipped_rules().hard_constraints)

OWN = {
    "id": "own-on-java",
    "claim": "java-clearly-tensorflow",
    "requires": "tensorflow",
    "when": [{"language": ["java"]}],
    "text": "A constraint of our own, on a claim of a document.",
    "lifted_by": "Another language.",
}


def opposite(framework: Framework) -> Framework:
    return "tensorflow" if framework == "pytorch" else "pytorch"


def with_overwhelming_claims(folder: Path, favoured: Framework) -> Knowledge:
    """The shipped rules with, on every criterion, ten decisive claims for one framework that always matter."""
    claims = [
        {
            "id": f"own-{criterion}-{number}",
            "statement": "A statement of our own.",
            "criterion": criterion,
            "favours": favoured,
            "strength": 3,
            "kind": "capability",
            "sources": [{"id": "tiebreak", "section": "test"}],
            "matters_when": "always",
        }
        for criterion in shipped_rules().criteria
        for number in range(10)
    ]
    return overlaid(folder, {"claims": claims})


def overlaid(folder: Path, entries: dict[str, object]) -> Knowledge:
    (folder / "own.yaml").write_text(yaml.safe_dump(entries), encoding="utf-8")
    return load(overlay=folder)


def with_status_of_java(folder: Path, status: str) -> Knowledge:
    """The shipped rules with a constraint on Java, and another status of the claim behind it."""
    claim = shipped_rules().claims["java-clearly-tensorflow"]
    plain = claim.model_dump(mode="json", exclude_none=True, exclude={"matters_when", "checked_on", "review_by"})
    dates = {"checked_on": claim.checked_on, "review_by": claim.review_by}
    changed = plain | dates | {"status": status, "matters_when": [{"language": ["java"]}]}
    return overlaid(folder, {"claims": [changed], "constraints": [OWN]})


def leading(advice: Advice) -> str:
    return "pytorch" if advice.scores.pytorch > advice.scores.tensorflow else "tensorflow"


def test_every_shipped_constraint_is_tried_here() -> None:
    assert set(BY_CONSTRAINT) == {constraint.id for constraint in CONSTRAINTS}


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=lambda constraint: constraint.id)
def test_a_constraint_decides_whatever_the_scores_are(constraint: Constraint, tmp_path: Path) -> None:
    rules = with_overwhelming_claims(tmp_path, favoured=opposite(constraint.requires))
    advice = advice_on(BY_CONSTRAINT[constraint.id], "today", FRESH, rules)
    assert leading(advice) == opposite(constraint.requires)
    assert (advice.recommendation, advice.strength) == (constraint.requires, "strong")
    assert advice.decided_by == "constraint"


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=lambda constraint: constraint.id)
def test_a_constraint_names_its_claim_and_what_lifts_it(constraint: Constraint) -> None:
    [part] = advice_on(BY_CONSTRAINT[constraint.id]).constraints
    assert (part.id, part.claim, part.requires) == (constraint.id, constraint.claim, constraint.requires)
    assert part.text == constraint.text
    assert part.lifted_by == constraint.lifted_by
    assert part.lifted_by
    assert [source.id for source in part.sources] == [s.id for s in shipped_rules().claims[part.claim].sources]


def test_without_a_constraint_the_scores_decide() -> None:
    advice = advice_on(completed({}))
    assert advice.constraints == []
    assert advice.decided_by == "scores"


@pytest.mark.parametrize("favoured", FRAMEWORKS)
def test_contradicting_constraints_leave_no_single_framework(favoured: Framework, tmp_path: Path) -> None:
    rules = with_overwhelming_claims(tmp_path, favoured)
    both = BROWSER_TRAINING | {"model": ["pretrained"], "needs": ["on_device_training", "language_models"]}
    advice = advice_on(both, "today", FRESH, rules)
    assert [part.id for part in advice.constraints] == ["transformers-models", "no-way-to-training-in-browser"]
    assert (advice.recommendation, advice.strength) == ("either", "either")
    assert advice.decided_by == "conflicting_constraints"
    assert leading(advice) == favoured


def test_constraints_that_agree_decide_together(tmp_path: Path) -> None:
    rules = overlaid(tmp_path, {"constraints": [OWN]})
    advice = advice_on(BROWSER_TRAINING | {"language": ["java"]}, "today", FRESH, rules)
    assert [part.id for part in advice.constraints] == ["own-on-java", "no-way-to-training-in-browser"]
    assert (advice.recommendation, advice.decided_by) == ("tensorflow", "constraint")


def test_on_a_microcontroller_the_chip_decides_and_no_constraint() -> None:
    advice = advice_on(completed({"deployment": ["microcontroller"]}))
    assert (advice.constraints, advice.decided_by) == ([], "scores")
    assert "microcontroller-chip-decides" in [caution.id for caution in advice.cautions]


@pytest.mark.parametrize("constraint", list(BY_CONSTRAINT))
def test_a_constraint_from_what_has_happened_since_does_not_stand_under_documents(constraint: str) -> None:
    advice = advice_on(BY_CONSTRAINT[constraint], "documents")
    assert advice.constraints == []
    assert advice.decided_by == "scores"


@pytest.mark.parametrize("policy", POLICIES)
def test_a_constraint_from_a_document_stands_under_both_policies(policy: PolicyId, tmp_path: Path) -> None:
    rules = overlaid(tmp_path, {"constraints": [OWN]})
    assert [part.id for part in advice_on(JAVA, policy, FRESH, rules).constraints] == ["own-on-java"]


def test_java_has_ways_with_either_framework_and_no_constraint() -> None:
    assert advice_on(JAVA).constraints == []


@pytest.mark.parametrize("status", ["refuted", "superseded"])
def test_a_constraint_falls_with_the_trust_in_its_claim(status: str, tmp_path: Path) -> None:
    rules = with_status_of_java(tmp_path, status)
    assert advice_on(JAVA, "today", FRESH, rules).constraints == []
    assert [part.id for part in advice_on(JAVA, "documents", FRESH, rules).constraints] == ["own-on-java"]


def is_explained(part: StackEntry) -> bool:
    """A component that is no more says so, and what took its place."""
    return bool(part.status and part.successor)


@pytest.mark.parametrize("policy", POLICIES)
def test_no_retired_or_moved_component_without_its_state_and_successor(policy: PolicyId) -> None:
    for raw in seeded_answers(seed=9, count=size(30, 300)):
        gone = [part for part in advice_on(raw, policy).stack if part.state in ("retired", "moved")]
        assert all(is_explained(part) for part in gone)


def test_documents_do_recommend_components_that_are_no_more() -> None:
    """Or the test above could not fail."""
    stacks = [advice_on(raw, "documents").stack for raw in seeded_answers(seed=9, count=size(30, 300))]
    assert {part.state for stack in stacks for part in stack} >= {"retired", "moved", "active"}


def test_under_today_no_retired_or_moved_component_is_picked() -> None:
    for raw in seeded_answers(seed=10, count=size(30, 300)):
        assert {part.state for part in advice_on(raw).stack} <= {"active", "maintained", "maintenance"}


def test_no_pick_for_today_names_a_retired_or_moved_component() -> None:
    rules = shipped_rules()
    picked = {pick.component for pick in rules.stack if pick.policy != "documents"}
    assert [id for id in picked if rules.components[id].state in ("retired", "moved")] == []


@pytest.mark.parametrize("policy", POLICIES)
def test_the_stack_is_of_the_recommended_framework_or_of_both(policy: PolicyId) -> None:
    for raw in seeded_answers(seed=11, count=size(20, 200)):
        advice = advice_on(raw, policy)
        expected = set(FRAMEWORKS) if advice.recommendation == "either" else {advice.recommendation}
        assert {part.framework for part in advice.stack} == expected
        places = [(part.framework, part.role) for part in advice.stack]
        assert len(set(places)) == len(places)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("codebase", ["pytorch", "tensorflow", "tensorflow1", "keras"])
def test_continuity_shows_both_answers_where_there_is_code(codebase: str, policy: PolicyId) -> None:
    for raw in seeded_answers(seed=12, count=size(8, 30)):
        advice = advice_on(raw | {"codebase": [codebase]}, policy)
        fresh = advice_on({q: options for q, options in raw.items() if q != "codebase"}, policy)
        assert advice.continuity is not None
        assert (advice.continuity.codebase, advice.continuity.staying) == (codebase, advice.recommendation)
        afresh = advice.continuity.afresh
        assert (afresh.recommendation, afresh.strength) == (fresh.recommendation, fresh.strength)
        assert afresh.scores == fresh.scores


@pytest.mark.parametrize("policy", POLICIES)
def test_continuity_is_left_out_where_there_is_no_code(policy: PolicyId) -> None:
    for raw in seeded_answers(seed=13, count=size(8, 30)):
        assert advice_on(raw | {"codebase": ["none"]}, policy).continuity is None
        assert advice_on({q: o for q, o in raw.items() if q != "codebase"}, policy).continuity is None


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("codebase", FRAMEWORKS)
def test_code_that_exists_never_turns_the_advice_away_from_its_framework(codebase: Framework, policy: PolicyId) -> None:
    """It may lower a high score a little, since continuity then takes its share of the weight, but not the verdict."""
    for raw in seeded_answers(seed=14, count=size(20, 200)):
        staying = advice_on(raw | {"codebase": [codebase]}, policy)
        assert staying.continuity is not None
        afresh = staying.continuity.afresh
        if afresh.recommendation == codebase:
            assert staying.recommendation == codebase
            assert staying.strength in {"strong", afresh.strength}


@pytest.mark.parametrize("codebase", FRAMEWORKS)
def test_continuity_speaks_for_the_framework_that_the_code_is_written_in(codebase: Framework) -> None:
    for raw in seeded_answers(seed=16, count=size(15, 50)):
        [part] = [c for c in advice_on(raw | {"codebase": [codebase]}).criteria if c.id == "continuity"]
        assert part.scores.model_dump()[codebase] > 0.5
