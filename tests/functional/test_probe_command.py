"""`tiebreak probe list | run | all`, as child processes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app.runs.catalogue import read_catalogue
from tests.functional.child_processes import PATIENCE_S, environment, tiebreak
from tests.functional.interpreters import with_nothing_but_numpy, with_stand_in
from tests.functional.tiny_probes import write_probe, write_timing_probe
from tests.functional.worker_processes import LINUX, gone_within

PROBE = "polynomial_gradient"

ALL = """
import sys
from pathlib import Path
import app.cli, app.probe_cli, app.runs.assembling
catalogue = app.probe_cli.read_catalogue(Path(sys.argv.pop(1)))
app.probe_cli.read_catalogue = app.runs.assembling.read_catalogue = lambda: catalogue
app.cli.main()
"""
"""The command line with another folder's probes: the whole shipped catalogue takes minutes."""


def on(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `tiebreak` over a folder's probes."""
    return subprocess.run(
        [sys.executable, "-c", ALL, str(folder), *arguments],
        capture_output=True,
        text=True,
        env=environment(TIEBREAK_DATA=str(folder / "data"), PYTHONPATH=os.pathsep.join(sys.path), **settings),
        timeout=PATIENCE_S,
        check=False,
    )


@pytest.fixture
def slim(tmp_path: Path) -> dict[str, str]:
    """Settings with interpreters that start at once."""
    interpreter = with_nothing_but_numpy(tmp_path / "slim")
    return {"TIEBREAK_PYTORCH_PYTHON": interpreter, "TIEBREAK_TENSORFLOW_PYTHON": interpreter}


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
    child = tiebreak("probe", "run", PROBE, "--json", TIEBREAK_DATA=str(tmp_path))
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


def everything(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    for name in ("one", "two"):
        write_probe(folder, name)
    write_probe(folder, "three", "import torch", "import tensorflow")
    write_timing_probe(folder, "timed")
    return on(folder, "probe", "all", *arguments, **settings)


def test_all_probes_are_run_and_given_as_json(tmp_path: Path, slim: dict[str, str]) -> None:
    child = everything(tmp_path, "--json", **slim)
    assert child.stderr == ""
    runs: list[dict[str, Any]] = json.loads(child.stdout)
    statuses = {run["probe"]: run["status"] for run in runs}
    assert statuses == {"one": "done", "two": "done", "three": "failed", "timed": "failed"}
    assert child.returncode == 1


def test_all_probes_are_run_and_summed_up(tmp_path: Path, slim: dict[str, str]) -> None:
    child = everything(tmp_path, **slim)
    assert (child.returncode, child.stderr) == (1, "")
    *lines, empty, summary = child.stdout.splitlines()
    assert [line.split()[:2] for line in lines if line.startswith("one")] == [["one", "done"]]
    assert len(lines) == 4
    assert (empty, summary) == ("", "4 probes: 2 done, 2 failed")


def test_all_probes_that_work_end_with_status_0(tmp_path: Path, slim: dict[str, str]) -> None:
    write_probe(tmp_path, "one")
    child = on(tmp_path, "probe", "all", **slim)
    assert (child.returncode, child.stderr) == (0, "")


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
