"""Every way in which a half can fail is a result with a reason; nothing is left behind, and the next run works."""

import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from app.runs.models import FailureReason, Run, RunRequest
from app.runs.service import RunService
from app.runs.worker.limits import WorkerLimits
from tests.support.worker.interpreters import script, too_old, with_nothing_but_numpy, with_stand_in, without_numpy
from tests.support.worker.tiny_probes import FINE, write_probe, write_timing_probe
from tests.support.worker.worker_bench import Bench, bench_in, fails, failure_of, halves_of, until
from tests.support.worker.worker_processes import LINUX, gone_within, workers_of

pytestmark = LINUX

TIGHT = 600 * 10**6


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench_in(tmp_path) as bench:
        yield bench


# What a half can do


async def test_a_segmentation_fault(bench: Bench) -> None:
    failure = await fails(bench, "ctypes.string_at(0)", "signal")
    assert "SIGSEGV" in failure.message


async def test_an_end_without_a_word(bench: Bench) -> None:
    failure = await fails(bench, 'print("so long", flush=True)\nos._exit(3)', "silent")
    assert "status 3" in failure.message
    assert failure.log == "so long"


async def test_an_exit_that_is_no_exception(bench: Bench) -> None:
    assert "status 5" in (await fails(bench, "sys.exit(5)", "silent")).message


async def test_an_abort_keeps_what_was_printed(bench: Bench) -> None:
    failure = await fails(bench, 'print("it broke", file=sys.stderr, flush=True)\nos.abort()', "signal")
    assert "SIGABRT" in failure.message
    assert failure.log == "it broke"


STUBBORN = """\
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
time.sleep(600)
"""

FORKING = """\
for own_session in (False, True):
    if os.fork() == 0:
        if own_session:
            os.setsid()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        time.sleep(600)
"""


@pytest.mark.parametrize("half", ["time.sleep(600)", STUBBORN, f"{FORKING}time.sleep(600)"])
async def test_a_half_that_hangs(bench: Bench, half: str) -> None:
    bench.limits = replace(bench.limits, observe_seconds=1.0)
    began = time.monotonic()
    failure = await fails(bench, half, "timed_out")
    assert time.monotonic() - began < 6
    assert failure.message == "no reply within 1 s"


async def test_a_half_that_closes_every_pipe_and_lives_on(bench: Bench) -> None:
    began = time.monotonic()
    await fails(bench, "os.closerange(0, 256)\ntime.sleep(600)", "silent")
    assert time.monotonic() - began < 6


async def test_a_half_that_leaves_children_behind_has_its_result(bench: Bench) -> None:
    write_probe(bench.folder, "forking", f"{FORKING}{FINE}")
    run = await bench.run("forking")
    assert run.status == "done"
    assert [half.observation for half in halves_of(run)] == [{"seen": "all of it"}] * 2


async def test_children_that_hold_the_pipes_do_not_hide_the_end(bench: Bench) -> None:
    began = time.monotonic()
    failure = await fails(bench, f"{FORKING}os._exit(4)", "silent")
    assert time.monotonic() - began < 6
    assert "status 4" in failure.message


@pytest.mark.parametrize("descriptor", [1, 2])
async def test_a_gigabyte_of_output(bench: Bench, descriptor: int) -> None:
    flood = f"block = b'x' * 2**20\nfor _ in range(1024):\n    os.write({descriptor}, block)\n{FINE}"
    failure = await fails(bench, flood, "flooded")
    assert len(failure.log) <= 16_384
    assert failure.log.endswith("x")


async def test_a_reply_that_is_too_long(bench: Bench) -> None:
    assert "4,194,304" in (await fails(bench, 'return {"seen": "x" * 5 * 2**20}', "flooded")).message


async def test_a_reply_of_a_megabyte_is_taken(bench: Bench) -> None:
    write_probe(bench.folder, "long", 'return {"seen": "x" * 2**20}')
    assert halves_of(await bench.run("long"))[0].observation == {"seen": "x" * 2**20}


async def test_endless_allocation(bench: Bench) -> None:
    bench.limits = WorkerLimits(TIGHT)
    failure = await fails(bench, "taken = []\nwhile True:\n    taken.append(bytearray(2**24))", "out_of_memory")
    assert "MemoryError" in failure.message


async def test_children_count_as_memory_of_their_half(bench: Bench) -> None:
    bench.limits = WorkerLimits(TIGHT)
    taking = "for _ in range(3):\n    if os.fork() == 0:\n        taken = bytearray(b'x') * 3 * 10**8\n"
    failure = await fails(bench, f"{taking}        time.sleep(600)\ntime.sleep(600)", "out_of_memory")
    assert "600,000,000 are allowed" in failure.message


async def test_an_exception_keeps_its_type_its_message_and_its_traceback(bench: Bench) -> None:
    failure = await fails(bench, 'print("before")\nraise LookupError("not \\x1b[31mhere")', "exception")
    assert failure.message == "LookupError: not \x1b[31mhere"
    assert 'raise LookupError("not' in (failure.traceback or "")
    assert "in pytorch" in (failure.traceback or "")
    assert failure.log == "before"


@pytest.mark.parametrize("value", ['float("nan")', '[1.0, float("inf")]', "object()", "{1, 2}", "b'bytes'"])
async def test_an_observation_that_is_no_json(bench: Bench, value: str) -> None:
    write_probe(bench.folder, "failing", f'return {{"seen": {value}}}')
    run = await bench.run("failing")
    failed, whole = halves_of(run)
    assert run.status == "failed"
    assert failed.failure is not None
    assert failed.failure.reason in ("exception", "silent")
    assert "JSON" in failed.failure.message + failed.failure.log
    assert whole.observation == {"seen": "all of it"}


async def test_a_file_that_cannot_be_executed(bench: Bench) -> None:
    write_probe(bench.folder, "failing")
    path = bench.folder / "capability" / "failing.py"
    path.write_text(path.read_text() + "\nraise OSError('while it is read')\n")
    run = await bench.run("failing")
    assert [half.failure and half.failure.message for half in halves_of(run)] == ["OSError: while it is read"] * 2
    assert run.status == "failed"


# What the environment can lack


async def test_a_missing_package_leaves_the_run_done(bench: Bench) -> None:
    write_probe(bench.folder, "missing", "import no_such_package\nreturn {}")
    run = await bench.run("missing")
    assert "no_such_package" in failure_of(run, "missing_package").message
    assert (run.status, run.error) == ("done", None)


async def test_a_package_missing_in_both_halves_fails(bench: Bench) -> None:
    write_probe(bench.folder, "missing", "import torch", "import tensorflow")
    run = await bench.run("missing")
    assert run.status == "failed"
    assert run.error is not None
    assert run.error.reason == "missing_package"
    assert [half.failure is not None for half in halves_of(run)] == [True, True]


async def test_a_framework_that_cannot_be_imported_has_its_own_reason(bench: Bench) -> None:
    """A name that is there but not what it seems: the import fails for another reason than that it is missing."""
    (bench.folder / "slim" / "odd_package.py").write_text("import ctypes\nctypes.CDLL('libnothing.so')\n")
    failure = await fails(bench, "import odd_package", "exception")
    assert "libnothing.so" in failure.message


def no_interpreters(folder: Path) -> Mapping[str, tuple[str, tuple[FailureReason, ...], str]]:
    """Settings that name no usable interpreter: the reasons that fit, and a word that must be said."""
    plain = folder / "no-program"
    plain.write_text("text")
    return {
        "nowhere": (str(folder / "nowhere"), ("unusable_interpreter",), "No such file"),
        "a folder": (str(folder), ("unusable_interpreter",), "Permission denied"),
        "not executable": (str(plain), ("unusable_interpreter",), "Permission denied"),
        "no program": (script(folder / "odd", "\x7fELF nonsense"), ("unusable_interpreter",), "Exec format error"),
        "another program": ("/bin/true", ("unusable_interpreter",), "status 0"),
        "too old": (too_old(folder / "old"), ("unusable_interpreter",), "SyntaxError"),
        "without NumPy": (without_numpy(folder / "bare"), ("missing_package",), "numpy"),
    }


@pytest.mark.parametrize(
    "kind",
    ["nowhere", "a folder", "not executable", "no program", "another program", "too old", "without NumPy"],
)
async def test_an_interpreter_that_cannot_be_used(bench: Bench, kind: str) -> None:
    interpreter, reasons, said = no_interpreters(bench.folder)[kind]
    bench.interpreters["pytorch"] = interpreter
    write_probe(bench.folder, "fine")
    run = await bench.run("fine")
    failed, whole = halves_of(run)
    assert failed.failure is not None
    assert failed.failure.reason in reasons
    assert said in failed.failure.message + failed.failure.log
    assert whole.observation == {"seen": "all of it"}
    assert run.status == ("done" if reasons == ("missing_package",) else "failed")


async def test_one_interpreter_for_each_framework(bench: Bench) -> None:
    """Each half runs in the interpreter that is set for it."""
    bench.interpreters["tensorflow"] = with_nothing_but_numpy(bench.folder / "second")
    say = 'return {"path": os.environ["PYTHONPATH"]}'
    write_probe(bench.folder, "which", say, say)
    found = [half.observation for half in halves_of(await bench.run("which"))]
    assert found == [{"path": str(bench.folder / name)} for name in ("slim", "second")]


# What is seen of a half


async def test_the_memory_of_a_child_of_a_fat_parent_is_its_own(bench: Bench) -> None:
    fat = bytearray(b"x") * 300_000_000
    write_probe(bench.folder, "slim_child")
    for half in halves_of(await bench.run("slim_child")):
        assert half.peak_rss_bytes is not None
        assert 5_000_000 < half.peak_rss_bytes < 150_000_000
    assert len(fat) == 300_000_000


async def test_nothing_of_the_service_s_environment_reaches_a_half(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIEBREAK_API_TOKEN", "a secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    write_probe(bench.folder, "spy", 'return {"seen": sorted(os.environ.values())}')
    observation = halves_of(await bench.run("spy"))[0].observation
    assert observation is not None
    assert observation["seen"]
    assert "a secret" not in observation["seen"]


async def test_a_half_works_in_a_folder_that_is_removed(bench: Bench) -> None:
    write_probe(bench.folder, "untidy", 'Path("left").write_text("x")\nreturn {"seen": os.getcwd()}')
    observation = halves_of(await bench.run("untidy"))[0].observation
    assert observation is not None
    assert not Path(observation["seen"]).exists()


# Cancelling

SLOW_BUILD = 'Path("{place}").touch()\ntime.sleep(600)'


@pytest.mark.alone
@pytest.mark.parametrize("moment", ["start", "build", "rounds"])
async def test_a_cancelled_run_is_gone_within_two_seconds(bench: Bench, moment: str) -> None:
    place = bench.folder / "builds"
    if moment == "start":  # an interpreter that takes its time
        interpreter = script(bench.folder / "sleepy", f"#!/bin/sh\ntouch {place}\nexec sleep 600\n")
    else:
        interpreter = with_stand_in(bench.folder / "stand-in")
    bench.interpreters["pytorch"] = interpreter
    half = SLOW_BUILD.format(place=place) if moment == "build" else "pass"
    write_timing_probe(bench.folder, "slow", seconds=0.02, half=half)
    service = bench.service()
    await service.start()
    run = await service.submit(RunRequest(probe="slow", control="pytorch"))

    async def reached() -> bool:
        events = await service.store.events(run.id, 0)
        return any(e.data.get("done", 0) >= 2 for e in events) if moment == "rounds" else place.exists()

    await until(reached)
    assert workers_of(bench.owner)
    began = time.monotonic()
    cancelled = await service.cancel(run.id)
    assert workers_of(bench.owner) == []
    assert time.monotonic() - began < 2
    assert cancelled.status == "cancelled"
    assert [event.kind for event in await service.store.events(run.id, 0)].count("end") == 1
    again = await service.submit(RunRequest(probe="slow", control="tensorflow"))  # the queue goes on
    await until(lambda: _over(service, again))
    await service.stop()


async def _over(service: RunService, run: Run) -> bool:
    return (await service.get(run.id)).over


@pytest.mark.alone
async def test_stopping_the_service_ends_what_runs(bench: Bench) -> None:
    write_probe(bench.folder, "hangs", STUBBORN)
    service = bench.service()
    await service.start()
    run = await service.submit(RunRequest(probe="hangs"))
    await until(lambda: _has_workers(bench))
    began = time.monotonic()
    await service.stop()
    assert time.monotonic() - began < 3
    gone_within(bench.owner, 0.5)
    assert (await bench.service().get(run.id)).status == "interrupted"


async def _has_workers(bench: Bench) -> bool:
    return bool(workers_of(bench.owner))
