"""Exchanging the two frameworks' names everywhere mirrors every result exactly."""

from pathlib import Path
from typing import Any

import pytest

from app.knowledge.base import Knowledge
from app.knowledge.loader import load
from app.knowledge.models import Framework, PolicyId
from tests.support.advice.answer_sets import FRESH, POLICIES, RawAnswers, advice_on, seeded_answers, shipped_rules
from tests.support.advice.mirror import mirrored, mirrored_advice, mirrored_answers, write_mirrored_rules
from tests.support.sizes import size

OTHER: dict[Framework, Framework] = {"pytorch": "tensorflow", "tensorflow": "pytorch"}


@pytest.fixture(scope="module")
def mirrored_rules(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    folder: Path = tmp_path_factory.mktemp("mirror") / "rules"
    write_mirrored_rules(folder)
    return load(shipped=folder)


def comparable(plain: dict[str, Any]) -> dict[str, Any]:
    """Without the version; in the stack and the paths of an `either`, PyTorch's stand first in both worlds."""
    rest = {key: value for key, value in plain.items() if key != "rules_version"}
    rest["permalinks"] = {key: link.split("&rules=")[0] for key, link in rest["permalinks"].items()}
    return rest | {name: sorted(rest[name], key=lambda part: str(part["framework"])) for name in ("stack", "ship")}


def assert_mirrored(raw: RawAnswers, policy: PolicyId, mirrored_rules: Knowledge) -> None:
    here = advice_on(raw, policy).model_dump()
    there = advice_on(mirrored_answers(raw), policy, FRESH, mirrored_rules).model_dump()
    assert comparable(there) == comparable(mirrored_advice(here))


def test_mirrored_rules_are_other_rules_and_hold_as_many_entries(mirrored_rules: Knowledge) -> None:
    assert mirrored_rules.version != shipped_rules().version
    assert len(mirrored_rules.claims) == len(shipped_rules().claims)
    assert mirrored_rules.policies["documents"].keras_counts_for == "pytorch"


def test_the_paths_and_the_constraints_that_follow_from_them_are_mirrored(mirrored_rules: Knowledge) -> None:
    rules = shipped_rules()
    for (place, framework), ways in rules.ways.items():
        there = mirrored_rules.ways[place, OTHER[framework]]
        assert [mirrored(path.model_dump(mode="json")) for path in ways] == [p.model_dump(mode="json") for p in there]
    here = [mirrored(constraint.model_dump(mode="json")) for constraint in rules.hard_constraints]
    assert here == [constraint.model_dump(mode="json") for constraint in mirrored_rules.hard_constraints]
    assert len(here) > len(rules.constraints)


@pytest.mark.parametrize("policy", POLICIES)
def test_every_number_list_and_recommendation_is_mirrored_exactly(policy: PolicyId, mirrored_rules: Knowledge) -> None:
    for raw in seeded_answers(seed=1, count=size(60, 500)):
        assert_mirrored(raw, policy, mirrored_rules)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("codebase", ["none", "pytorch", "tensorflow", "tensorflow1", "keras"])
def test_every_codebase_is_mirrored_exactly(codebase: str, policy: PolicyId, mirrored_rules: Knowledge) -> None:
    for raw in seeded_answers(seed=2, count=size(5, 20)):
        assert_mirrored(raw | {"codebase": [codebase]}, policy, mirrored_rules)
