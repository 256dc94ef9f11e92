"""What an edit changes is what the advice before and after says, and it is traced to the entries that do it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest

from app.advice.model.core_space import core_space
from app.audit.core_outcomes import core_sides
from app.audit.impact import Impact, PolicyImpact, impact
from app.audit.rules_diff import RuleChange, changes, take_over
from app.audit.text import impact_lines
from app.knowledge.base import Knowledge
from app.knowledge.models import Constraint, Option, PolicyId
from tests.support.advice.answer_sets import POLICIES, shipped_rules

DAY = date(2026, 11, 25)
SHIPPED = shipped_rules()


def changed(rules: Knowledge, collection: str, entries: Mapping[str, Any]) -> Knowledge:
    """The rules with these entries in one collection."""
    values: dict[str, Any] = {collection: MappingProxyType(dict(entries))}
    return replace(rules, **values)


def edited(collection: str, id: str, **values: Any) -> Knowledge:
    """The shipped rules with other values in one entry."""
    entries = dict(getattr(SHIPPED, collection))
    return changed(SHIPPED, collection, entries | {id: entries[id].model_copy(update=values)})


def without(rules: Knowledge, collection: str, id: str) -> Knowledge:
    entries = getattr(rules, collection)
    return changed(rules, collection, {key: entry for key, entry in entries.items() if key != id})


def through(found: PolicyImpact) -> dict[str, int]:
    return {f"{one.action} {one.collection}/{one.id}": one.count for one in found.through}


def test_equal_rules_change_nothing() -> None:
    found = impact(SHIPPED, replace(SHIPPED), DAY)
    assert found.entries == 0
    assert [(one.changed, one.share, one.moves, one.through) for one in found.policies.values()] == [
        (0, 0.0, (), ())
    ] * 2


def test_another_wording_is_no_change() -> None:
    new = edited("claims", "staying-keeps-pytorch-work", statement="Said otherwise.", note="Found otherwise.")
    assert list(changes(SHIPPED, new)) == []


@pytest.mark.parametrize("policy", POLICIES)
def test_the_moves_are_those_of_the_recommendations_before_and_after(policy: PolicyId) -> None:
    new = edited("criteria", "mobile-and-edge", weight=9.0)
    found = impact(SHIPPED, new, DAY).policies[policy]
    before, after = (core_sides(rules, policy, DAY) for rules in (SHIPPED, new))
    assert found.changed == (before != after).sum() == sum(move.count for move in found.moves) > 0
    assert found.share == found.changed / len(list(core_space(new)))
    assert through(found) == {"changed criteria/mobile-and-edge": found.changed}
    assert all(move.before != move.after and move.examples[0].startswith("/advice?") for move in found.moves)


ON_JAVA = Constraint.model_validate(
    {
        "id": "on-java",
        "claim": "java-clearly-tensorflow",
        "requires": "tensorflow",
        "when": [{"language": ["java"]}],
        "text": "T.",
        "lifted_by": "L.",
    }
)
CONSTRAINED = changed(SHIPPED, "constraints", {**SHIPPED.constraints, ON_JAVA.id: ON_JAVA})


def test_a_constraint_that_goes_is_named() -> None:
    found = impact(CONSTRAINED, SHIPPED, DAY).policies["today"]
    assert set(through(found)) == {"removed constraints/on-java"}
    assert all("language=java" in link for move in found.moves for link in move.examples)
    assert impact(SHIPPED, CONSTRAINED, DAY).policies["today"].through[0].action == "added"


def test_a_place_that_one_framework_no_longer_reaches_is_named() -> None:
    """Everybody who names the browser gets the other framework, and the path is what did it."""
    way = SHIPPED.paths["pytorch-to-jvm-by-onnx"]
    lost = {"trodden": 0, "steps": (), "claim": "java-clearly-tensorflow", "lifted_by": "L."}
    kept = {id: path for id, path in SHIPPED.paths.items() if (path.framework, path.place) != ("pytorch", "jvm")}
    new = changed(SHIPPED, "paths", {**kept, way.id: way.model_copy(update=lost)})
    found = impact(SHIPPED, new, DAY).policies["today"]
    assert found.changed > 0
    assert all(move.after == "tensorflow" for move in found.moves)
    assert all("language=java" in link for move in found.moves for link in move.examples)


def test_an_entry_brings_along_what_would_dangle() -> None:
    new = without(SHIPPED, "claims", "java-clearly-tensorflow")
    mixed, along = take_over(CONSTRAINED, new, RuleChange("claims", "java-clearly-tensorflow", "removed"))
    assert along == (("constraints", "on-java"),)
    assert "on-java" not in mixed.constraints
    back, along = take_over(new, CONSTRAINED, RuleChange("constraints", "on-java", "added"))
    assert along == (("claims", "java-clearly-tensorflow"),)
    assert "java-clearly-tensorflow" in back.claims


SITUATIONS = len(list(core_space(SHIPPED)))
ADDED = SITUATIONS // len(SHIPPED.questions["language"].options)


def with_a_language(raises: dict[str, float]) -> Knowledge:
    language = SHIPPED.questions["language"]
    rust = Option(id="rust", label="Rust", raises=raises)
    return edited("questions", "language", options=(*language.options, rust))


def test_an_option_that_comes_is_compared_with_nothing() -> None:
    found = impact(SHIPPED, with_a_language({"web-and-languages": 5.0}), DAY).policies["today"]
    assert (found.situations, found.new_situations) == (SITUATIONS + ADDED, ADDED)
    assert found.share < 0.01  # what an open question leaves uncertain is a mean over its options


def test_an_option_that_goes_takes_along_the_claims_that_name_it() -> None:
    new = with_a_language({"web-and-languages": 5.0})
    claim = new.claims["java-clearly-tensorflow"]
    named = replace(new, claims=MappingProxyType({**new.claims, claim.id: with_term(claim, "rust")}))
    _, along = take_over(named, SHIPPED, RuleChange("questions", "language", "changed"))
    assert along == (("claims", "java-clearly-tensorflow"),)
    _, along = take_over(SHIPPED, named, RuleChange("claims", "java-clearly-tensorflow", "changed"))
    assert along == (("questions", "language"),)


def with_term(claim: Any, option: str) -> Any:
    condition = type(claim.matters_when).model_validate([{"language": [option]}])
    return claim.model_copy(update={"matters_when": condition})


def test_another_scoring_is_an_entry_too() -> None:
    new = replace(SHIPPED, scoring=SHIPPED.scoring.model_copy(update={"leaning": 0.8}))
    found = impact(SHIPPED, new, DAY).policies["today"]
    assert set(through(found)) == {"changed scoring/scoring"}


def test_a_status_that_a_policy_trusts_alike_changes_nothing_under_it() -> None:
    new = edited("claims", "pytorch-best-for-research", status="refuted")
    found = impact(SHIPPED, new, DAY).policies
    assert found["documents"].changed == 0
    assert set(through(found["today"])) == {"changed claims/pytorch-best-for-research"}


def test_an_impact_in_words_says_what_changes_and_through_what() -> None:
    found: Impact = impact(CONSTRAINED, SHIPPED, DAY)
    said = "\n".join(impact_lines(found))
    assert f"Under 'today' {found.policies['today'].changed} of {SITUATIONS} core situations change" in said
    assert "through constraints/on-java (removed) alone: TensorFlow → " in said
