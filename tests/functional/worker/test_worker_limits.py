"""What a half may take: each limit broken by a probe that breaks this one alone, and what a worker is not given."""

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from app.paths import ROOT
from app.runs.models import FailureReason
from app.runs.run_wording import REASON_WORDS
from app.runs.worker import footprint, limits
from app.runs.worker.failures import by_exception
from app.runs.worker.inbox import MAX_LOG_BYTES, MAX_REPLY_BYTES
from app.runs.worker.limits import WorkerLimits, tasks_allowed, user_tasks
from app.settings import Settings
from tests.support.runs.run_services import run_server
from tests.support.worker.interpreters import with_nothing_but_numpy
from tests.support.worker.tiny_probes import FINE, write_probe
from tests.support.worker.worker_bench import Bench, bench_in, fails, halves_of
from tests.support.worker.worker_processes import LINUX

pytestmark = LINUX

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench_in(tmp_path) as bench:
        yield bench


async def observed(bench: Bench, half: str) -> Any:
    """What a half returns as `seen`."""
    write_probe(bench.folder, "looking", half)
    observation = halves_of(await bench.run("looking"))[0].observation
    assert observation is not None
    return observation["seen"]


# Processes and threads

FORKS = """\
for _ in range(20_000):  # without end, but for a broken limit
    if os.fork() == 0:
        {first}
        time.sleep(600)
    time.sleep(0.001)
time.sleep(600)
"""

THREADS = """\
import threading
for _ in range(20_000):
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    time.sleep(0.001)
time.sleep(600)
"""

NAP = f"600.{os.getpid()}"
"""So many seconds does nobody else sleep who tests beside us."""

DAEMONS = f"""\
import subprocess
for _ in range(20_000):  # each in a session of its own, without its parent, and without our marks
    if os.fork() == 0:
        os.setsid()
        subprocess.Popen(["sleep", "{NAP}"], env={{}}, start_new_session=True)
        os._exit(0)
    os.wait()
"""

DOUBLING = """\
for _ in range(9):  # 512 in all, should nobody stop it
    os.fork()
    time.sleep(0.1)
time.sleep(600)
"""


@pytest.mark.parametrize(
    "half",
    [FORKS.format(first="pass"), FORKS.format(first="os.setsid()"), DOUBLING, DAEMONS, THREADS],
    ids=["children", "sessions", "doubling", "daemons", "threads"],
)
async def test_starting_without_end(bench: Bench, half: str) -> None:
    bench.limits = replace(bench.limits, tasks=40)
    failure = await fails(bench, half, "too_many_processes")
    assert failure.message.endswith("processes and threads; 40 are allowed")
    assert sleeping() == []


def sleeping() -> list[str]:
    """The commands that sleep as long as ours do, whoever started them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            found += [folder.name] * ((folder / "cmdline").read_bytes() == f"sleep\0{NAP}\0".encode())
        except OSError:  # it ended meanwhile
            continue
    return found


async def test_a_daemon_without_marks_ends_with_its_half(bench: Bench) -> None:
    daemon = f'import subprocess\nif os.fork() == 0:\n    subprocess.Popen(["sleep", "{NAP}"], env={{}}, '
    daemon += f"start_new_session=True)\n    os._exit(0)\nos.wait()\n{FINE}"
    write_probe(bench.folder, "leaving", daemon)
    assert (await bench.run("leaving")).status == "done"
    assert sleeping() == []


@AS_ROOT
def test_the_kernel_s_own_limit_stops_a_user_who_is_not_root() -> None:
    """RLIMIT_NPROC does not bind root, so this is another user; what is refused has the same reason."""
    refused = as_nobody("""
from probes.worker.limits import bound
bound({"RLIMIT_NPROC": 0})
try:
    os.fork()
except BlockingIOError as error:
    print(type(error).__name__)
""")
    assert refused == "BlockingIOError"
    told = {"type": "BlockingIOError", "message": "[Errno 11]", "missing": None, "traceback": ""}
    failure = by_exception(told, WorkerLimits(2**30), 1, "")
    assert failure.reason == "too_many_processes"


TWO_THREADS = """\
import threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
print("ready", flush=True)
time.sleep(60)
"""


def test_the_user_s_processes_are_counted_with_their_threads() -> None:
    before = user_tasks()
    child = subprocess.Popen([sys.executable, "-c", TWO_THREADS], stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        child.stdout.readline()
        assert user_tasks() >= 2
        assert WorkerLimits(2**30).of_the_kernel("cpu")["RLIMIT_NPROC"] > before
    finally:
        child.kill()
        child.communicate()


# Processor time, files, disk


async def test_processor_time(bench: Bench) -> None:
    bench.limits = replace(bench.limits, cores=2 / bench.limits.observe_seconds)
    failure = await fails(bench, "while True:\n    pass", "out_of_processor_time")
    assert failure.message == "it used too much processor time; 2 s are allowed"


def test_processor_time_follows_from_the_deadline_and_the_cores() -> None:
    assert WorkerLimits(2**30, cores=2).processor_seconds(60) == 120
    assert WorkerLimits(2**30, cores=16).processor_seconds(0.5) == 8


async def test_each_command_has_processor_time_of_its_own(bench: Bench) -> None:
    """The limit counts from what was used before: a worker that is asked often is not ended for its age."""
    seen = "resource.getrlimit(resource.RLIMIT_CPU)[0] - time.process_time()"
    left = await observed(bench, f"sum(range(10**7))\nreturn {{'seen': {seen}}}")
    cores = len(limits.usable_cores())
    assert 60 * cores - 30 < left <= 60 * cores + 1


async def test_open_files(bench: Bench) -> None:
    bench.limits = replace(bench.limits, open_files=100)
    half = 'kept = []\nwhile True:\n    kept.append(open("/dev/null"))'
    failure = await fails(bench, half, "too_many_files")
    assert "Too many open files" in failure.message
    assert failure.message.endswith("; 100 may be open at once")


async def test_a_refusal_within_an_entry_ends_the_half_and_is_no_observation(bench: Bench) -> None:
    """An entry may fail without the others, and its error is what was seen; but not where a limit was what failed."""
    bench.limits = replace(bench.limits, open_files=100)
    await fails(bench, 'return {"seen": lambda: [open("/dev/null") for _ in range(200)]}', "too_many_files")


async def test_the_size_of_a_file(bench: Bench) -> None:
    bench.limits = replace(bench.limits, file_bytes=2**20)
    half = 'with open("large", "wb") as file:\n    while True:\n        file.write(bytes(2**16))'
    failure = await fails(bench, half, "file_too_large")
    assert failure.message.endswith("; 1,048,576 bytes are allowed")


FILLING = """\
for number in range(10_000):
    folder = Path(f"{number % 7}/deep")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / str(number)).write_bytes(bytes(2**20))
    time.sleep(0.005)
"""


async def test_the_space_of_all_files(bench: Bench) -> None:
    bench.limits = replace(bench.limits, scratch_bytes=20 * 2**20, scratch_seconds=0.1)
    failure = await fails(bench, FILLING, "out_of_disk")
    assert failure.message.endswith("bytes in its folder; 20,971,520 are allowed")


async def test_a_disk_that_is_full(bench: Bench) -> None:
    half = 'with open("/dev/full", "wb") as file:\n    file.write(bytes(2**20))'
    assert "No space left" in (await fails(bench, half, "out_of_disk")).message


def test_space_is_what_files_take_and_not_what_they_seem_to(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(2**30)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "full").write_bytes(b"x" * 2**20)
    (tmp_path / "outside").symlink_to("/usr")
    assert 2**20 <= footprint.folder_bytes(tmp_path) < 2**21


# What is not given

STATUS = """\
lines = Path("/proc/self/status").read_text().splitlines()
return {"seen": dict(line.split(":\\t", 1) for line in lines if ":\\t" in line)}
"""

CHILD_STATUS = """\
import subprocess
return {"seen": subprocess.check_output(["cat", "/proc/self/status"], text=True)}
"""


async def test_a_worker_holds_no_privilege_and_gains_none(bench: Bench) -> None:
    status = await observed(bench, STATUS)
    held = {name: int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")}
    assert held == dict.fromkeys(held, 0)
    assert status["NoNewPrivs"] == "1"
    assert int(status["Umask"], 8) == 0o077


async def test_a_program_that_a_half_starts_holds_none_either(bench: Bench) -> None:
    seen = await observed(bench, CHILD_STATUS)
    assert "CapEff:\t0000000000000000" in seen
    assert "NoNewPrivs:\t1" in seen


async def test_limits_cannot_be_raised(bench: Bench) -> None:
    kinds = "NOFILE FSIZE CORE DATA NPROC"
    half = f"""\
raised = []
for name in {kinds.split()!r}:
    kind = getattr(resource, "RLIMIT_" + name)
    soft, hard = resource.getrlimit(kind)
    assert soft == hard != resource.RLIM_INFINITY, (name, soft, hard)
    try:
        resource.setrlimit(kind, (hard + 1, hard + 1))
        raised.append(name)
    except ValueError:
        continue
return {{"seen": raised}}
"""
    assert await observed(bench, half) == []


async def test_there_are_no_core_dumps(bench: Bench) -> None:
    assert await observed(bench, 'return {"seen": resource.getrlimit(resource.RLIMIT_CORE)}') == [0, 0]


# Secrets

SECRETS = {
    "TIEBREAK_API_TOKEN": "secret-token-of-the-tests",
    "TIEBREAK_DATABASE_PASSWORD": "secret-password",
    "AWS_SECRET_ACCESS_KEY": "secret-key",
    "HTTPS_PROXY": "http://user:secret-proxy@proxy.example:3128",
    "PGPASSWORD": "secret-pg",
}

SPYING = """\
def tried(path, count):
    try:
        with open(path, "rb") as file:
            return file.read(count).decode("utf-8", "replace")
    except OSError as error:
        return type(error).__name__
service = os.getppid()
return {"seen": {
    "own": sorted(os.environ.items()),
    "environ": tried(f"/proc/{service}/environ", -1),
    "memory": tried(f"/proc/{service}/mem", 0),
    "maps": tried(f"/proc/{service}/maps", 100),
}}
"""


def test_no_secret_of_the_service_reaches_a_worker(tmp_path: Path) -> None:
    """Neither by its own environment nor by the service's, which the same user could read."""
    write_probe(tmp_path, "spying", SPYING)
    slim = with_nothing_but_numpy(tmp_path / "slim")
    settings = {"TIEBREAK_PYTORCH_PYTHON": slim, "TIEBREAK_TENSORFLOW_PYTHON": slim, **SECRETS}
    with run_server(tmp_path, tmp_path / "data", settings) as server:
        server.client.headers["authorization"] = f"Bearer {SECRETS['TIEBREAK_API_TOKEN']}"
        seen = server.over(server.submit("spying"))["results"][0]["observation"]["seen"]
    assert not [secret for secret in SECRETS.values() if secret in str(seen)]
    assert {seen[place] for place in ("environ", "memory", "maps")} == {"PermissionError"}
    assert dict(map(tuple, seen["own"]))["TIEBREAK_WORKER_OF"]


@AS_ROOT
def test_another_process_of_the_same_user_cannot_read_the_memory() -> None:
    """As an ordinary user, with whom nothing but this stands between worker and service."""
    answers = as_nobody("""
from app.runs.worker.hardening import hide_own_memory
import ctypes
def read_by_a_child():
    parent, child = os.getpid(), os.fork()
    if child == 0:
        ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
        try:
            open(f"/proc/{parent}/environ", "rb").read()
            os._exit(0)
        except PermissionError:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
before = read_by_a_child()
hide_own_memory()
print(before, read_by_a_child())
""")
    assert answers == "0 1"


def as_nobody(code: str) -> str:
    """What a program prints that has become another user; what it imports from here it imports before."""
    imports = "import os, sys, resource, ctypes\nimport app.runs.worker.hardening, probes.worker.limits\n"
    another = "os.setgid(65534)\nos.setuid(65534)\n"
    ended = subprocess.run(
        [sys.executable, "-c", imports + another + code], capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


# What is said of it

DOCS = ROOT / "docs"
OPERATING, PROBES = DOCS / "operating.md", DOCS / "probes.md"


def test_the_guide_says_the_numbers_that_hold() -> None:
    section = OPERATING.read_text(encoding="utf-8").split("## What a probe may use")[1].split("\n## ")[0]
    for said in (
        f"{limits.TASKS} and {limits.TASKS_PER_CORE} for each core",
        f"{limits.OPEN_FILES:,} at once",
        f"{limits.FILE_BYTES // 2**30} GiB",
        f"{limits.SCRATCH_BYTES // 2**30} GiB",
        f"{limits.USER_TASKS_FACTOR} times",
        f"{MAX_LOG_BYTES // 2**20} MiB",
        f"{MAX_REPLY_BYTES // 2**20} MiB",
        f"{limits.OBSERVE_SECONDS:.0f} s",
        f"{limits.SLOW_SECONDS:.0f} s",
        f"{Settings.model_fields['worker_memory_bytes'].default // 2**30} GiB",
        *(f"`{reason}`" for reason in REASONS),
    ):
        assert said in section, said
    assert set(REASON_WORDS) == set(get_args(FailureReason))
    assert {f"`{reason}`" for reason in get_args(FailureReason)} - set(re.findall("`[a-z_]+`", PROBES.read_text())) == {
        "`cancelled`"
    }
    assert tasks_allowed(2) == limits.TASKS + 2 * limits.TASKS_PER_CORE


REASONS = (
    "out_of_memory",
    "out_of_processor_time",
    "out_of_disk",
    "too_many_processes",
    "too_many_files",
    "file_too_large",
    "timed_out",
    "flooded",
)
