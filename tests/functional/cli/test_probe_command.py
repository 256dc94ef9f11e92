"""`tiebreak probe list | run | all`, as child processes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.cli.verdicts_file import verdicts_file
from app.knowledge.loader import load
from app.paths import RULES
from app.runs.catalogue import read_catalogue
from app.runs.models import Run
from tests.support.server.child_processes import PATIENCE_S, environment, tiebreak
from tests.support.server.forking import run_program
from tests.support.worker.interpreters import (
    REAL,
    both_by,
    with_empty_frameworks,
    with_nothing_but_numpy,
    with_stand_in,
)
from tests.support.worker.tiny_probes import write_probe, write_timing_probe
from tests.support.worker.worker_processes import LINUX, gone_within

PROBE = "polynomial_gradient"

ALL = """
import sys
from pathlib import Path
import app.cli.main, app.cli.probe, app.runs.assembly
from app.runs.measuring.jobs import Questions
from tests.support.measuring.survey_bench import expecting
catalogue = app.cli.probe.read_catalogue(Path(sys.argv.pop(1)))
app.cli.probe.read_catalogue = app.runs.assembly.read_catalogue = lambda: catalogue
app.runs.assembly.questions_of = lambda knowledge: Questions(tuple(map(expecting, catalogue.probes)))
app.cli.main.main()
"""
"""The command line with another folder's probes, each with a claim: the whole shipped catalogue takes minutes."""


def on(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `tiebreak` over a folder's probes."""
    return run_program(
        ALL,
        [str(folder), *arguments],
        environment(TIEBREAK_DATA=str(folder / "data"), PYTHONPATH=os.pathsep.join(sys.path), **settings),
        PATIENCE_S,
    )


@pytest.fixture
def slim(tmp_path: Path) -> dict[str, str]:
    """Settings with interpreters that start at once."""
    interpreter = with_nothing_but_numpy(tmp_path / "slim")
    return both_by(interpreter)


def test_the_list_is_the_catalogue() -> None:
    known = read_catalogue().probes
    printed, parsed = tiebreak("probe", "list"), tiebreak("probe", "list", "--json")
    assert (printed.returncode, printed.stderr, parsed.returncode, parsed.stderr) == (0, "", 0, "")
    entries = json.loads(parsed.stdout)
    assert [entry["id"] for entry in entries] == list(known)
    assert all(known[entry["id"]].title == entry["title"] for entry in entries)
    lines = [line.split()[0] for line in printed.stdout.splitlines() if line.startswith("  ")]
    assert lines == list(known)


def test_listing_writes_nothing(tmp_path: Path) -> None:
    assert tiebreak("probe", "list", TIEBREAK_DATA=str(tmp_path / "data")).returncode == 0
    assert not (tmp_path / "data").exists()


def test_a_run_prints_what_both_frameworks_did(tmp_path: Path) -> None:
    """With the frameworks that are installed; what they say on standard error stays in their log."""
    child = tiebreak("probe", "run", PROBE, "--json", TIEBREAK_DATA=str(tmp_path), **REAL)
    assert (child.returncode, child.stderr) == (0, "")
    run = json.loads(child.stdout)
    assert (run["probe"], run["status"], run["preset"]) == (PROBE, "done", "quick")
    assert [result["failure"] for result in run["results"]] == [None, None]
    assert all(result["observation"] and result["version"] for result in run["results"])
    assert run["id"]


def test_a_run_is_kept_for_the_service(tmp_path: Path, slim: dict[str, str]) -> None:
    write_probe(tmp_path, "fine")
    ids = [json.loads(on(tmp_path, "probe", "run", "fine", "--json", **slim).stdout)["id"] for _ in range(2)]
    assert len(set(ids)) == 2
    assert list((tmp_path / "data").glob("*.db"))
    assert list((tmp_path / "data").glob("scratch/*")) == []


def test_a_run_can_be_read(tmp_path: Path) -> None:
    write_timing_probe(tmp_path, "timed", seconds=0.001)
    interpreter = with_stand_in(tmp_path / "stand-in")
    child = on(tmp_path, "probe", "run", "timed", "--control", "pytorch", TIEBREAK_PYTORCH_PYTHON=interpreter)
    assert (child.returncode, child.stderr) == (0, "")
    lines = child.stdout.splitlines()
    assert lines[0] == "The probe timed (quick, cpu, ordinary): done"
    assert "Same result: yes" in child.stdout
    assert child.stdout.count("median ") == 2


def test_a_run_that_fails_ends_with_status_1(tmp_path: Path, slim: dict[str, str]) -> None:
    write_probe(tmp_path, "broken", "raise RuntimeError('so')")
    printed = on(tmp_path, "probe", "run", "broken", **slim)
    assert (printed.returncode, printed.stderr) == (1, "")
    assert "An exception was raised: RuntimeError: so" in printed.stdout
    parsed = on(tmp_path, "probe", "run", "broken", "--json", **slim)
    assert (parsed.returncode, parsed.stderr) == (1, "")
    assert json.loads(parsed.stdout)["error"]["message"] == "RuntimeError: so"


def test_a_missing_package_in_one_half_is_no_failure(tmp_path: Path, slim: dict[str, str]) -> None:
    write_probe(tmp_path, "half", "import torch")
    child = on(tmp_path, "probe", "run", "half", **slim)
    assert (child.returncode, child.stderr) == (0, "")
    assert "No module named 'torch'" in child.stdout


@pytest.fixture
def stand_ins(tmp_path: Path) -> dict[str, str]:
    """Settings with interpreters that have something of each framework's name."""
    interpreter = with_empty_frameworks(tmp_path / "stand-ins", '__version__ = "0.0 of the tests"\n')
    return both_by(interpreter)


def test_everything_is_checked_and_given_as_json(tmp_path: Path, stand_ins: dict[str, str]) -> None:
    write_probe(tmp_path, "one")
    write_probe(tmp_path, "two", 'return {"seen": "half of it"}')
    child = on(tmp_path, "probe", "all", "--json", **stand_ins)
    assert (child.returncode, child.stderr) == (0, "")
    run: dict[str, Any] = json.loads(child.stdout)
    assert (run["probe"], run["status"]) == ("everything", "done")
    assert {one["claim"]: one["verdict"] for one in run["verdicts"]} == {
        "one-works": "confirmed",
        "two-works": "partly",
    }


def test_everything_is_summed_up_and_what_surprises_is_said(tmp_path: Path, stand_ins: dict[str, str]) -> None:
    write_probe(tmp_path, "one")
    write_probe(tmp_path, "two", 'return {"seen": "half of it"}')
    write_probe(tmp_path, "three", "import something_else")
    child = on(tmp_path, "probe", "all", **stand_ins)
    assert (child.returncode, child.stderr) == (0, "")
    *lines, empty, summary = child.stdout.splitlines()
    assert lines[0].startswith("partly true        two-works: True: saw all of it. Not true: saw half of it only")
    assert lines[1].startswith("not testable here  three-works: PyTorch's half gave nothing")
    assert lines[2].startswith("no result          three, PyTorch: a package is missing")
    assert (empty, summary) == ("", "3 claims: 1 confirmed, 1 partly true, 1 not testable here")


def test_a_probe_that_breaks_ends_with_status_1(tmp_path: Path, stand_ins: dict[str, str]) -> None:
    write_probe(tmp_path, "one")
    write_probe(tmp_path, "two", "os.abort()")
    child = on(tmp_path, "probe", "all", **stand_ins)
    assert (child.returncode, child.stderr) == (1, "")
    assert "1 confirmed, 1 not testable here" in child.stdout


def test_without_a_framework_there_is_nothing_to_check(tmp_path: Path, slim: dict[str, str]) -> None:
    write_probe(tmp_path, "one")
    child = on(tmp_path, "probe", "all", **slim)
    assert (child.returncode, child.stderr) == (1, "")
    assert "A package is missing" in child.stdout


def test_the_verdicts_of_a_run_are_a_rule_file(tmp_path: Path) -> None:
    """As `make verdicts` writes it: what it says becomes the status of the claim."""
    run = Run.model_validate(RUN_OF_EVERYTHING)
    (tmp_path / "rules").mkdir()
    shutil.copytree(RULES, tmp_path / "rules", dirs_exist_ok=True)
    (tmp_path / "rules" / "verdicts.yaml").write_text(verdicts_file(load(), run), encoding="utf-8")
    claim = load(shipped=tmp_path / "rules").claims["tf-only-reverse-mode"]
    assert (claim.status, claim.note) == ("refuted", "TensorFlow has: both: “modes”.")
    assert claim.checked_on == date(2026, 11, 25)


RUN_OF_EVERYTHING = {
    "id": "r",
    "probe": "everything",
    "preset": "standard",
    "device": "cpu",
    "mode": "ordinary",
    "control": None,
    "status": "done",
    "created_at": "2026-11-25T10:00:00Z",
    "finished_at": "2026-11-25T10:30:00Z",
    "verdicts": [
        {
            "claim": "tf-only-reverse-mode",
            "verdict": "refuted",
            "reason": "TensorFlow has: both: “modes”.",
            "versions": {"tensorflow": "2.21.0", "pytorch": "2.13.0"},
        },
        {"claim": "torchserve-serves-pytorch", "verdict": "confirmed", "reason": "It imports."},
    ],
}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["probe", "run", "nothing"], "nothing"),
        (["probe", "run", ""], "ID"),
        (["probe", "run", "../boot"], "../boot"),
        (["probe", "run"], "ID"),
        (["probe", "run", PROBE, "more"], "more"),
        (["probe", "run", PROBE, "--preset", "slow"], "--preset"),
        (["probe", "run", PROBE, "--device", "tpu"], "--device"),
        (["probe", "run", PROBE, "--mode", "lazy"], "--mode"),
        (["probe", "run", PROBE, "--control", "jax"], "--control"),
        (["probe", "run", PROBE, "--colour"], "--colour"),
        (["probe", "all", PROBE], PROBE),
        (["probe", "all", "--preset", "slow"], "--preset"),
        (["probe", "list", "--colour"], "--colour"),
        (["probe", "nothing"], "nothing"),
    ],
)
def test_unusable_arguments_end_with_status_2_and_are_named(tmp_path: Path, arguments: list[str], named: str) -> None:
    child = tiebreak(*arguments, TIEBREAK_DATA=str(tmp_path / "data"))
    assert (child.returncode, child.stdout) == (2, "")
    assert "Error: " in child.stderr
    assert named in child.stderr
    assert "Traceback" not in child.stderr
    assert not (tmp_path / "data").exists()


def test_an_unknown_probe_is_answered_with_those_that_are_known() -> None:
    assert PROBE in tiebreak("probe", "run", "nothing").stderr


@pytest.mark.parametrize("options", [["--device", "cuda"], ["--mode", "eager"]])
def test_what_a_probe_cannot_do_is_a_message_that_names_it(tmp_path: Path, options: list[str]) -> None:
    child = tiebreak("probe", "run", PROBE, *options, TIEBREAK_DATA=str(tmp_path))
    assert child.returncode in (1, 2)
    assert child.stdout == ""
    assert options[0].removeprefix("--") in child.stderr
    assert "Traceback" not in child.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("TIEBREAK_DATA", "/proc/nothing"), ("TIEBREAK_DATABASE_URL", "nonsense"), ("TIEBREAK_QUEUE_LIMIT", "many")],
)
@pytest.mark.parametrize("command", [["probe", "run", PROBE], ["serve", "--port", "0"]])
def test_a_setting_that_cannot_be_used_is_one_message(
    tmp_path: Path, command: list[str], name: str, value: str
) -> None:
    child = tiebreak(*command, **{"TIEBREAK_DATA": str(tmp_path)} | {name: value})
    assert (child.returncode, child.stdout) == (1, "")
    assert child.stderr.startswith(f"tiebreak: {name}: ")
    assert child.stderr.count("\n") == 1


@LINUX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_ends_its_workers(tmp_path: Path, slim: dict[str, str], number: signal.Signals) -> None:
    place = tmp_path / "reached"
    write_probe(tmp_path, "asleep", f"Path({str(place)!r}).touch()\ntime.sleep(600)")
    child = subprocess.Popen(
        [sys.executable, "-c", ALL, str(tmp_path), "probe", "run", "asleep"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(TIEBREAK_DATA=str(tmp_path / "data"), PYTHONPATH=os.pathsep.join(sys.path), **slim),
    )
    deadline = time.monotonic() + PATIENCE_S
    while not place.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    child.send_signal(number)
    output, errors = child.communicate(timeout=5)
    assert (child.returncode, output, errors) == (1, "", "tiebreak: interrupted\n")
    gone_within(f"{os.uname().nodename}/{child.pid}/", 0.5)
