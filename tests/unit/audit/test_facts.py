"""Checks of facts against an index: what holds, what no longer does, and what stays unknown."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.audit.facts import FactResult, check_facts
from app.audit.package_index import Listed, Query
from app.cli import facts as command
from app.errors import InvalidRules
from app.knowledge.base import Knowledge
from app.knowledge.loader import load
from app.knowledge.models import FRAMEWORKS
from tests.support.rules.rule_files import claim, write_entries

RELEASES: Mapping[Query, tuple[str, ...]] = {
    Query("alpha", "3.13"): ("2.21.1", "2.21.0", "2.20.0"),
    Query("alpha", "3.10"): ("2.9.3",),
    Query("alpha", "3.14", "cp314t"): ("2.21.1",),
    Query("alpha", "3.14", "cp314"): ("2.20.0",),
    Query("alpha", "3.13", "cp313", "win_amd64"): (),
}


def index(query: Query) -> Listed:
    return Listed(RELEASES.get(query, ()))


def silent(query: Query) -> Listed:
    return Listed(None, "the package index cannot be reached: no network")


def rules_with(folder: Path, *checks: Mapping[str, str]) -> Knowledge:
    return load(overlay=write_entries(folder, {"claims": [claim("own", checks=[dict(one) for one in checks])]}))


def own_results(knowledge: Knowledge, ask: Callable[[Query], Listed] = index) -> list[FactResult]:
    return [result for result in check_facts(knowledge, ask) if result.claim == "own"]


@pytest.mark.parametrize(
    ("check", "outcome", "found"),
    [
        ({"newest": "2.21"}, "holds", "the newest is 2.21.1"),
        ({"newest": "2.21.1"}, "holds", "the newest is 2.21.1"),
        ({"newest": "2.21.0"}, "no_longer_holds", "the newest is 2.21.1"),
        ({"newest": "2.2"}, "no_longer_holds", "the newest is 2.21.1"),
        ({"newest": "2.9", "python": "3.10"}, "holds", "the newest is 2.9.3"),
        ({"newer_than": "2.9"}, "holds", "the newest is 2.21.1"),
        ({"newer_than": "2.21"}, "no_longer_holds", "the newest is 2.21.1"),
        ({"newer_than": "2.100"}, "no_longer_holds", "the newest is 2.21.1"),
        ({"has": "cp314t"}, "holds", "2.21.1 is the newest with such a wheel, 2.21.1 the newest of all"),
        ({"has": "cp314"}, "no_longer_holds", "2.20.0 is the newest with such a wheel, 2.21.1 the newest of all"),
        ({"lacks": "cp314"}, "holds", "2.20.0 is the newest with such a wheel, 2.21.1 the newest of all"),
        ({"lacks": "cp314t"}, "no_longer_holds", "2.21.1 is the newest with such a wheel, 2.21.1 the newest of all"),
        ({"lacks": "cp313-win_amd64"}, "holds", "no release has such a wheel, 2.21.1 the newest of all"),
    ],
    ids=str,
)
def test_a_check_tells_what_the_index_has(check: dict[str, str], outcome: str, found: str, tmp_path: Path) -> None:
    [result] = own_results(rules_with(tmp_path, {"package": "alpha"} | check))
    assert (result.outcome, result.found) == (outcome, found)


def test_a_package_that_the_index_does_not_have_is_not_checked(tmp_path: Path) -> None:
    [result] = own_results(rules_with(tmp_path, {"package": "unknown", "newest": "1"}))
    assert (result.outcome, result.found) == ("not_checked", "the index has no release of unknown for Python 3.13")


def test_without_a_network_nothing_is_checked_and_one_question_is_asked(tmp_path: Path) -> None:
    asked: list[Query] = []

    def unreached(query: Query) -> Listed:
        asked.append(query)
        return silent(query)

    knowledge = rules_with(tmp_path, {"package": "alpha", "newest": "2.21"}, {"package": "alpha", "lacks": "cp314"})
    results = check_facts(knowledge, unreached)
    assert {(result.outcome, result.found) for result in results} == {("not_checked", silent(asked[0]).why_not)}
    assert len(asked) == 1


def test_an_index_that_falls_silent_leaves_the_rest_unknown(tmp_path: Path) -> None:
    knowledge = rules_with(tmp_path, {"package": "alpha", "newest": "2.21"}, {"package": "alpha", "lacks": "cp314"})
    results = own_results(knowledge, lambda query: silent(query) if query.abi else index(query))
    assert [result.outcome for result in results] == ["holds", "not_checked"]


def test_the_same_question_is_asked_once(tmp_path: Path) -> None:
    asked: list[Query] = []

    def counting(query: Query) -> Listed:
        asked.append(query)
        return index(query)

    check_facts(
        rules_with(tmp_path, {"package": "alpha", "newest": "2.21"}, {"package": "alpha", "newest": "2"}), counting
    )
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ({"package": "alpha"}, "give exactly one of newest, newer_than, has, lacks"),
        ({"package": "alpha", "newest": "2", "has": "cp314"}, "give exactly one of newest, newer_than, has, lacks"),
        ({"package": "--help", "newest": "2"}, "checks.0.package"),
        ({"package": "alpha", "newest": "the latest"}, "checks.0.newest"),
        ({"package": "alpha", "has": "any"}, "checks.0.has"),
        ({"package": "alpha", "newest": "2", "python": "4"}, "checks.0.python"),
        ({"package": "alpha", "released": "2"}, "checks.0.released"),
    ],
    ids=str,
)
def test_a_check_that_makes_no_sense_is_named_with_its_field(
    check: dict[str, str], message: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidRules) as refused:
        rules_with(tmp_path, check)
    assert message in str(refused.value)


def outcomes_by_command(monkeypatch: pytest.MonkeyPatch, knowledge: Knowledge, ask: Any, *words: str) -> Any:
    monkeypatch.setattr(command, "load", lambda _: knowledge)
    monkeypatch.setattr(command, "check_facts", lambda rules: tuple(own_results(rules, ask)))
    return CliRunner().invoke(command.facts, list(words))


@pytest.mark.parametrize(
    ("check", "ask", "status", "said"),
    [
        ({"newest": "2.21"}, index, 0, "holds: own: the newest alpha is 2.21; the newest is 2.21.1"),
        ({"newest": "2.20"}, index, 1, "no longer holds: own: the newest alpha is 2.20; the newest is 2.21.1"),
        ({"lacks": "cp314"}, silent, 3, "not checked: own: the newest alpha has no wheel for cp314; the package index"),
    ],
)
def test_the_exit_status_tells_the_worst_result(
    check: dict[str, str], ask: Any, status: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = outcomes_by_command(monkeypatch, rules_with(tmp_path, {"package": "alpha"} | check), ask)
    assert done.exit_code == status
    assert said in done.output


def test_json_has_one_object_for_each_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    knowledge = rules_with(tmp_path, {"package": "alpha", "newest": "2.21"}, {"package": "alpha", "newest": "2.20"})
    done = outcomes_by_command(monkeypatch, knowledge, index, "--json")
    first, second = json.loads(done.output)
    assert (first["claim"], first["outcome"], second["outcome"]) == ("own", "holds", "no_longer_holds")
    assert first["check"] == {"package": "alpha", "newest": "2.21", "python": "3.13"}
    assert done.exit_code == 1


def test_both_frameworks_are_asked_for_by_the_shipped_checks() -> None:
    packages = {check.package for claim in load().claims.values() for check in claim.checks}
    assert {"torch" if framework == "pytorch" else framework for framework in FRAMEWORKS} <= packages
