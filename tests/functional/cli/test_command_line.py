"""The command line as users and scripts meet it: as a child process."""

import json
import socket
from datetime import date
from pathlib import Path

import pytest

from app import __version__
from tests.support.advice.answer_sets import POLICIES, advice_on
from tests.support.cli.commands import tiebreak
from tests.support.server.child_processes import tiebreak as program
from tests.support.web.web_client import CORE, statements_of

VALID = ["advise", "--language", "python", "--deployment", "mobile", "--data-type", "images", "--goal", "production"]

NAMES = {"pytorch": "PyTorch", "tensorflow": "TensorFlow", "either": "either"}

DANGLING = """\
claims:
  - id: our-claim
    statement: Ours.
    criterion: no-such-criterion
    favours: pytorch
    strength: 1
    kind: capability
    sources:
      - {id: tiebreak, section: Ours}
    matters_when: [{goal: [research]}]
"""

DEAD = (
    DANGLING.replace("no-such-criterion", "autodiff")
    .replace("pytorch", "neither")
    .replace("[{goal: [research]}]", "[{language: {all: [python, java]}}]")
)

CLEAN = DANGLING.replace("no-such-criterion", "autodiff\n    argument: function-transforms")


def assert_one_message(said: str) -> None:
    """One message for a person: no traceback, and every line of it about the matter."""
    assert said.startswith("tiebreak: ")
    assert said.endswith("\n")
    assert "Traceback" not in said
    assert said.count("tiebreak: ") == 1


# What works


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["advise", "--help"], ["serve", "-h"], ["rules", "-h"]]
)
def test_asking_for_version_or_help_succeeds(arguments: list[str]) -> None:
    child = program(*arguments)
    assert (child.returncode, child.stderr) == (0, "")
    assert __version__ in child.stdout if arguments == ["--version"] else child.stdout.startswith("Usage: ")


def test_the_help_of_advise_names_every_question_and_option() -> None:
    said = "".join(tiebreak("advise", "--help").stdout.split())
    for option in ("--language", "--deployment", "--data-type", "--goal", "--codebase", "--policy", "--json"):
        assert option in said
    assert "python|cpp|java|javascript|swift|other" in said


@pytest.mark.parametrize("policy", POLICIES)
def test_advise_prints_verdict_scores_reasons_and_permalink(policy: str) -> None:
    child = tiebreak(*VALID, "--policy", policy)
    advice = json.loads(tiebreak(*VALID, "--policy", policy, "--json").stdout)
    assert (child.returncode, child.stderr) == (0, "")
    lines = child.stdout.splitlines()
    assert lines[0].casefold().startswith(NAMES[advice["recommendation"]].casefold())
    assert advice["strength"] in lines[0].casefold()
    assert f"PyTorch {advice['scores']['pytorch']:.1%}" in lines[1]
    assert f"TensorFlow {advice['scores']['tensorflow']:.1%}" in lines[1]
    assert lines[-1].endswith(f" {advice['permalink']}")
    said = " ".join(child.stdout.split())
    for framework in ("pytorch", "tensorflow"):
        strongest = next(reason for reason in advice["reasons"] if reason["favours"] == framework)
        assert strongest["name"] in said
        assert strongest["statements"][0]["statement"] in said
        assert strongest["statements"][0]["sources"][0]["section"] in said
    assert all(part["name"] in said for part in advice["stack"])


def test_advise_as_json_is_the_whole_advice_and_nothing_else() -> None:
    child = tiebreak(*VALID, "--json")
    assert (child.returncode, child.stderr) == (0, "")
    assert json.loads(child.stdout)["scores"] == advice_on(CORE, day=date.today()).scores.model_dump()


def test_an_option_that_is_repeated_is_a_second_choice() -> None:
    child = tiebreak(*VALID, "--deployment", "browser", "--needs", "speed", "--needs", "debugging", "--json")
    answers = json.loads(child.stdout)["answers"]
    assert answers["deployment"] == ["mobile", "browser"]
    assert answers["needs"] == ["debugging", "speed"]


# What cannot be used


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([*VALID, "--language", "java"], ["--language"]),
        ([*VALID[:-1], "fame"], ["--goal"]),
        ([*VALID, "--data-type", "smells"], ["--data-type"]),
        ([*VALID, "--policy", "tomorrow"], ["--policy"]),
        ([*VALID, "--colour", "blue"], ["--colour"]),
        ([*VALID, "--experience"], ["--experience"]),
        (["advise"], ["--language", "--deployment", "--data-type", "--goal"]),
        (VALID[:-2], ["--goal"]),
        (["advise", "--language", ""], ["--language"]),
        (["serve", "--port", "x"], ["--port"]),
        (["serve", "--port", "65536"], ["--port"]),
        (["nothing"], ["nothing"]),
        (["rules", "nothing"], ["nothing"]),
    ],
)
def test_unusable_arguments_end_with_status_2_and_are_named(arguments: list[str], named: list[str]) -> None:
    child = tiebreak(*arguments)
    assert (child.returncode, child.stdout) == (2, "")
    assert all(name in child.stderr for name in named)
    assert "Error: " in child.stderr
    assert "Traceback" not in child.stderr


def test_an_unknown_option_is_answered_with_those_that_are_known() -> None:
    assert "experiments, server, aws, gcp, mobile" in tiebreak(*VALID, "--deployment", "moon").stderr


# The rules


@pytest.mark.parametrize("overlay", [None, CLEAN])
def test_clean_rules_pass(tmp_path: Path, overlay: str | None) -> None:
    settings = {} if overlay is None else {"TIEBREAK_RULES": str(tmp_path)}
    (tmp_path / "own.yaml").write_text(overlay or "")
    for arguments, said in (((), "The rules are clean.\n"), (("--json",), "[]\n")):
        child = tiebreak("rules", "check", *arguments, **settings)
        assert (child.returncode, child.stdout, child.stderr) == (0, said, "")


@pytest.mark.parametrize(
    ("text", "line", "rule", "about"),
    [
        (DANGLING, 4, "dangling-id", "no-such-criterion"),
        (DEAD, None, "dead-claim", "our-claim"),
        (CLEAN.replace("strength: 1", "strength: 9"), 7, "value", "strength"),
        (CLEAN.replace("kind:", "sort:"), 8, "unknown-key", "sort"),
        ("claims: [", None, "syntax", ""),
        ("claims: {a: 1}\n", 1, "shape", "claims"),
    ],
    ids=["dangling", "dead", "value", "key", "syntax", "shape"],
)
def test_a_planted_fault_is_found_at_its_line(
    tmp_path: Path, text: str, line: int | None, rule: str | None, about: str
) -> None:
    (tmp_path / "own.yaml").write_text(text)
    printed = tiebreak("rules", "check", TIEBREAK_RULES=str(tmp_path))
    parsed = tiebreak("rules", "check", "--json", TIEBREAK_RULES=str(tmp_path))
    assert (printed.returncode, printed.stderr, parsed.returncode, parsed.stderr) == (1, "", 1, "")
    issues = [issue for issue in json.loads(parsed.stdout) if issue["file"].endswith("own.yaml")]
    assert issues
    fits = [f for f in issues if about in f["message"] and line in (None, f["line"]) and rule in (None, f["rule"])]
    assert fits, issues
    assert f"own.yaml:{fits[0]['line']}: {fits[0]['rule']}: " in printed.stdout
    assert printed.stdout.endswith("issue\n" if len(issues) == 1 else "issues\n")


def test_own_rules_take_part_in_an_advice(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(CLEAN.replace("[{goal: [research]}]", "[{goal: [production]}]"))
    child = tiebreak(*VALID, "--json", TIEBREAK_RULES=str(tmp_path))
    advice = json.loads(child.stdout)
    assert "our-claim" in [one["claim"] for one in statements_of(advice)]
    assert advice["overlay"] == [{"collection": "claims", "id": "our-claim", "action": "added"}]


@pytest.mark.parametrize("command", [VALID, ["advise", "--help"], ["serve", "--port", "0"], ["rules", "check"]])
def test_rules_that_are_not_there_stop_every_command_with_one_message(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "file").write_text("claims: []")
    (tmp_path / "empty").mkdir()
    for name in ("missing", "file", "empty"):
        child = tiebreak(*command, TIEBREAK_RULES=str(tmp_path / name))
        assert (child.returncode, child.stdout) == (1, "")
        assert_one_message(child.stderr)
        assert name in child.stderr


@pytest.mark.parametrize("command", [VALID, ["serve", "--port", "0"]])
def test_rules_with_a_fault_stop_the_service_and_name_the_line(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "own.yaml").write_text(DANGLING)
    child = tiebreak(*command, TIEBREAK_RULES=str(tmp_path))
    assert (child.returncode, child.stdout) == (1, "")
    assert_one_message(child.stderr)
    assert "own.yaml:4: " in child.stderr


@pytest.mark.parametrize("kind", ["folder", "dangling link", "binary"])
@pytest.mark.parametrize("command", [VALID, ["rules", "check"]])
def test_rule_files_that_cannot_be_read_are_a_message_and_no_traceback(
    tmp_path: Path, command: list[str], kind: str
) -> None:
    (tmp_path / "good.yaml").write_text(CLEAN)
    place = tmp_path / "own.yaml"
    if kind == "folder":
        place.mkdir()
    elif kind == "dangling link":
        place.symlink_to(tmp_path / "nothing")
    else:
        place.write_bytes(b"\xff\xfe\x00")
    child = tiebreak(*command, TIEBREAK_RULES=str(tmp_path))
    assert "Traceback" not in child.stderr
    if kind == "folder" and child.returncode == 0:
        return  # a folder of that name may as well be passed over
    assert child.returncode == 1
    assert "own.yaml" in child.stdout + child.stderr


def test_an_empty_setting_does_not_mean_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`TIEBREAK_RULES=` in an environment file is how people leave a setting unset."""
    (tmp_path / "own.yaml").write_text(CLEAN)
    monkeypatch.chdir(tmp_path)
    child = tiebreak(*VALID, "--json", TIEBREAK_RULES="")
    assert "Traceback" not in child.stderr
    assert child.returncode == 1 or json.loads(child.stdout)["overlay"] == []


def test_a_port_that_is_taken_is_a_message_and_no_traceback() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        child = tiebreak("serve", "--port", str(taken.getsockname()[1]))
    assert child.returncode == 1
    assert "is in use by another program" in child.stderr
    assert "Traceback" not in child.stderr
