"""A run of everything: one process a framework, every probe on its own in it, whatever the others do."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.runs.models import EVERYTHING, RunRequest
from tests.support.measuring.survey_bench import SurveyBench, expecting, verdicts_of
from tests.support.storage.databases import new_store
from tests.support.worker.interpreters import with_empty_frameworks
from tests.support.worker.tiny_probes import FINE, write_probe
from tests.support.worker.worker_processes import LINUX, workers_of

pytestmark = LINUX

VERSION = '__version__ = "0.0 of the tests"\n'


@pytest.fixture
def survey(tmp_path: Path) -> SurveyBench:
    stand_in = with_empty_frameworks(tmp_path / "stand-in", VERSION)
    return SurveyBench(tmp_path, new_store(tmp_path / "runs"), {"pytorch": stand_in, "tensorflow": stand_in})


def write(survey: SurveyBench, id: str, pytorch: str = FINE) -> None:
    """A probe with its claim."""
    write_probe(survey.folder, id, pytorch)
    survey.claims.append(expecting(id))


WAYS_TO_FAIL = {
    "crashes": ("ctypes.string_at(0)", "signal"),
    "ends": ("os._exit(3)", "silent"),
    "exits": ("sys.exit(5)", "silent"),
    "raises": ('raise ValueError("no")', "exception"),
    "lacks": ("import a_package_that_is_not_there", "missing_package"),
    "hangs": ("time.sleep(600)", "timed_out"),
    "floods": ("block = b'x' * 2**20\nfor _ in range(64):\n    os.write(1, block)\ntime.sleep(600)", "flooded"),
    "swells": ("block = bytearray(3 * 2**30)\nblock[:] = b'x' * len(block)\nreturn {}", "out_of_memory"),
    "stops_its_parent": ("os.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(600)", "signal"),
    "says_nonsense": ("return {'seen': float('nan')}", "exception"),
}


async def test_what_goes_wrong_in_a_probe_costs_that_probe_alone(survey: SurveyBench) -> None:
    """Every way to fail in one run, each between probes that work."""
    survey.limits = replace(survey.limits, observe_seconds=3.0)
    for id, (half, _) in WAYS_TO_FAIL.items():
        write(survey, id, half)
        write(survey, f"{id}_not")
    run = await survey.check()
    assert run.status == "done"
    found = verdicts_of(run)
    for id, (_, reason) in WAYS_TO_FAIL.items():
        failures = {r.framework: r.failure for r in run.results if r.probe == id}
        assert failures["pytorch"] is not None, id
        assert (failures["pytorch"].reason, failures["tensorflow"]) == (reason, None), id
        assert found[f"{id.replace('_', '-')}-works"].verdict == "not_testable", id
        assert found[f"{id.replace('_', '-')}-not-works"].verdict == "confirmed", id
        assert "PyTorch's half gave nothing" in found[f"{id.replace('_', '-')}-works"].reason


async def test_each_framework_is_imported_once(survey: SurveyBench, tmp_path: Path) -> None:
    noting = f'{VERSION}open({str(tmp_path / "imports")!r}, "a").write(__name__ + "\\n")\n'
    for name in ("torch", "tensorflow"):
        (tmp_path / "stand-in" / f"{name}.py").write_text(noting, encoding="utf-8")
    for number in range(5):
        write(survey, f"probe_{number}", f"import torch\n{FINE}")
    run = await survey.check()
    assert {verdict.verdict for verdict in run.verdicts} == {"confirmed"}
    assert (tmp_path / "imports").read_text(encoding="utf-8").split() == ["torch", "tensorflow"]


async def test_what_a_probe_changes_is_changed_for_no_other(survey: SurveyBench) -> None:
    write(
        survey,
        "a_probe_that_spoils",
        f"import torch, warnings\ntorch.spoilt = True\nos.environ['SPOILT'] = '1'\n{FINE}",
    )
    write(
        survey,
        "b_probe_after_it",
        'import torch\nassert not hasattr(torch, "spoilt") and "SPOILT" not in os.environ\n' + FINE,
    )
    run = await survey.check()
    assert {verdict.verdict for verdict in run.verdicts} == {"confirmed"}


async def test_a_missing_framework_leaves_the_other_whole(survey: SurveyBench, tmp_path: Path) -> None:
    (tmp_path / "stand-in" / "tensorflow.py").unlink()
    (tmp_path / "stand-in" / "sitecustomize.py").write_text(
        "import sys\nsys.modules['tensorflow'] = None\n", encoding="utf-8"
    )
    write(survey, "one")
    survey.claims.append(
        expecting(
            "one", {"see": "pytorch.seen", "is": "all of it", "holds": "{observed}", "fails": "{observed}"}, id="half"
        )
    )
    run = await survey.check()
    assert run.status == "done"
    found = verdicts_of(run)
    assert found["half"].verdict == "confirmed"
    assert found["one-works"].verdict == "not_testable"
    assert "TensorFlow's half gave nothing: a package is missing" in found["one-works"].reason


async def test_progress_counts_every_half_and_tells_the_time_left(survey: SurveyBench) -> None:
    for number in range(6):
        write(survey, f"probe_{number}", f"time.sleep(0.2)\n{FINE}")
    await survey.check()
    told = [data for kind, data in survey.told if kind == "progress" and data["total"]]
    assert {data["total"] for data in told} == {12}
    assert [data["done"] for data in told] == sorted(data["done"] for data in told)
    assert any(data["seconds_left"] for data in told)
    results = [data for kind, data in survey.told if kind == "result"]
    assert [result["probe"] for result in results] == [f"probe_{number}" for number in range(6)]
    assert results[0]["verdicts"] == [{"claim": "probe-0-works", "verdict": "confirmed"}]


async def test_only_what_some_claims_need_is_run(survey: SurveyBench) -> None:
    for id in ("one", "two", "three"):
        write(survey, id)
    survey.claims.append(expecting("two", id="two-again"))
    run = await survey.check(claims=["two-works"])
    assert {result.probe for result in run.results} == {"two"}
    assert set(verdicts_of(run)) == {"two-works", "two-again"}
    assert run.claims == ("two-works",)


async def test_slow_probes_are_left_out_of_a_quick_run(survey: SurveyBench) -> None:
    write(survey, "fast")
    write_probe(survey.folder, "patient", slow=True)
    survey.claims.append(expecting("patient"))
    assert set(verdicts_of(await survey.check(preset="quick"))) == {"fast-works"}
    assert set(verdicts_of(await survey.check(preset="standard"))) == {"fast-works", "patient-works"}


@pytest.mark.alone
async def test_cancelling_ends_the_probe_that_runs_and_what_it_has_started(survey: SurveyBench) -> None:
    write(survey, "hangs", "if os.fork() == 0:\n    os.setsid()\n    time.sleep(600)\ntime.sleep(600)")
    service = survey.service()
    await service.start()
    run = await service.submit(RunRequest(probe=EVERYTHING))
    while len(workers_of(survey.owner)) < 3:  # the process with the framework, the probe's child, and its grandchild
        await asyncio.sleep(0.05)
    began = time.monotonic()
    assert (await service.cancel(run.id)).status == "cancelled"
    assert time.monotonic() - began < 2
    assert workers_of(survey.owner) == []
    await service.stop()


async def test_verdicts_are_stored_and_the_newest_clear_one_counts(survey: SurveyBench) -> None:
    write(survey, "changing", 'return {"seen": "all of it"}')
    await survey.check()
    write_probe(survey.folder, "changing", 'return {"seen": "nothing"}')
    await survey.check()
    write_probe(survey.folder, "changing", "os._exit(1)")
    await survey.check()
    for upto, verdict in ((99, "partly"), (1, "confirmed")):
        found, _ = await survey.store.verdicts_at(upto)
        assert [one.verdict for one in found] == [verdict]
    assert [one.verdict for one in await survey.store.verdicts_on("claim", "changing-works", 9)] == [
        "not_testable",
        "partly",
        "confirmed",
    ]
    assert await survey.store.revision() == 3
