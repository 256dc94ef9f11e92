"""The rules of a git revision, and the command that compares today's with them."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.audit.revisions import rules_at
from app.cli.main import cli
from app.errors import UnreadableRules, UnusableRevision
from app.paths import RULES
from tests.support.advice.answer_sets import shipped_rules
from tests.support.rules.rule_files import claim, write_entries

WHO = ("-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *WHO, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path, name: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", name)
    git(folder, "tag", name)


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A repository with today's rules at the tag `first`, and rules that cannot be read at `broken`."""
    rules = Path(shutil.copytree(RULES, tmp_path / "rules"))
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, "first")
    write_entries(rules, {"clams": []})
    commit(tmp_path, "broken")
    (rules / "own.yaml").unlink()
    write_entries(rules, {"claims": [claim("own", probe="a_probe_of_then")]})
    (tmp_path / "probes" / "capability").mkdir(parents=True)
    (tmp_path / "probes" / "capability" / "a_probe_of_then.py").touch()
    commit(tmp_path, "third")
    shutil.rmtree(rules)
    (tmp_path / "file").touch()
    commit(tmp_path, "empty")
    return rules


def test_the_rules_of_a_revision_are_read_from_history(shipped: Path) -> None:
    assert rules_at("first", shipped=shipped).version == shipped_rules().version


def test_rules_may_name_the_probes_of_their_day(shipped: Path) -> None:
    assert rules_at("third", shipped=shipped).claims["own"].probe == "a_probe_of_then"


def test_own_rules_lie_over_those_of_then_too(shipped: Path, tmp_path: Path) -> None:
    own = write_entries(tmp_path / "own", {"claims": [claim("own")]})
    assert "own" in rules_at("first", own, shipped).claims


def test_rules_that_cannot_be_read_today_say_why(shipped: Path) -> None:
    with pytest.raises(UnreadableRules, match=r"the rules of broken cannot be read today: .*unknown key 'clams'"):
        rules_at("broken", shipped=shipped)


@pytest.mark.parametrize("revision", ["nothing", "", "--help", "first:rules", "HEAD~99"])
def test_a_revision_that_is_not_there_is_named(revision: str, shipped: Path) -> None:
    with pytest.raises(UnusableRevision, match="there is no revision"):
        rules_at(revision, shipped=shipped)


def test_a_revision_without_rules_is_named(shipped: Path) -> None:
    with pytest.raises(UnusableRevision, match="empty has no folder rules"):
        rules_at("empty", shipped=shipped)


def test_a_folder_outside_a_repository_has_no_revisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    with pytest.raises(UnusableRevision, match="no revision HEAD"):
        rules_at("HEAD", shipped=tmp_path / "rules")


def test_without_git_there_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(UnusableRevision, match="git is not installed"):
        rules_at("HEAD")


# The command


def invoked(monkeypatch: pytest.MonkeyPatch, then: Any, *arguments: str, **settings: str) -> Result:
    """`tiebreak rules check` where the revision `then` has the shipped rules, or raises."""

    def at(revision: str, overlay: Path | None) -> Any:
        if isinstance(then, Exception):
            raise then
        return then

    monkeypatch.setattr("app.cli.rules.rules_at", at)
    return CliRunner().invoke(cli, ["rules", "check", *arguments], env=settings)


def test_an_undeclared_change_fails_the_check(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = [claim(f"own-{number}", strength=3) for number in range(8)]
    settings = {"TIEBREAK_RULES": str(write_entries(tmp_path, {"claims": own}))}
    done = invoked(monkeypatch, shipped_rules(), "--against", "then", "--json", **settings)
    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert {issue["rule"] for issue in found["issues"]} == {"undeclared-impact", "no-argument"}
    assert found["impact"]["rules_before"] == shipped_rules().version
    assert {one["id"] for one in found["impact"]["policies"]["today"]["through"]} <= {one["id"] for one in own}
    printed = invoked(monkeypatch, shipped_rules(), "--against", "then", **settings)
    assert "issues\n\nImpact of rules " in printed.stdout


def test_rules_of_an_older_format_do_not_fail_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    done = invoked(monkeypatch, UnreadableRules("they are old"), "--against", "then")
    assert (done.exit_code, done.stdout) == (0, "The rules are clean.\nNothing more to say: they are old.\n")


def test_audit_and_issues_have_keys_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    done = invoked(monkeypatch, None, "--audit", "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, set(found), found["issues"]) == (0, {"issues", "audit"}, [])
    assert set(found["audit"]) == {"rules_version", "as_of", "bias", "freshness"}


def test_rules_that_do_not_load_have_issues_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = {"TIEBREAK_RULES": str(write_entries(tmp_path, {"clams": []}))}
    done = invoked(monkeypatch, shipped_rules(), "--audit", "--against", "then", "--json", **settings)
    found = json.loads(done.stdout)
    assert (done.exit_code, found["audit"], found["impact"], len(found["issues"])) == (1, None, None, 1)
    assert found["note"]
