"""The whole description: of this computer, of fake ones, and the identifier."""

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from pydantic import ValidationError

from app.machine.description import describe_machine
from app.machine.models import Gpu, Machine, Memory, Processor
from app.machine.roots import Roots
from tests.support.machine.fake_trees import MEMINFO, amd_proc, amd_with_smt, arm, computer, garbage

TREES = {"amd": amd_with_smt(), "arm": arm(), "container without /sys": amd_proc(), "garbage": garbage(), "empty": {}}


def test_this_computer_agrees_with_psutil_and_os() -> None:
    found = describe_machine(Roots(path=""))
    assert found.processor.logical == psutil.cpu_count() == os.cpu_count()
    assert found.memory.total == psutil.virtual_memory().total
    assert found.processor.architecture == platform.machine()
    assert found.system.kernel == platform.release()
    assert found.system.python == f"{platform.python_implementation()} {platform.python_version()}"


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="only Linux tells")
def test_this_computers_affinity_agrees_with_the_scheduler() -> None:
    assert set(describe_machine(Roots(path="")).processor.affinity or ()) == os.sched_getaffinity(0)


@pytest.mark.parametrize("tree", TREES)
def test_every_description_can_be_stored_and_read_back(tmp_path: Path, tree: str) -> None:
    machine = describe_machine(computer(tmp_path, TREES[tree]))
    assert Machine.model_validate_json(machine.model_dump_json()) == machine
    assert Machine.model_validate(machine.model_dump(mode="json")) == machine


def test_an_empty_computer_borrows_nothing_from_this_one(tmp_path: Path) -> None:
    machine = describe_machine(computer(tmp_path, {}))
    assert machine.processor == Processor()
    assert machine.memory == Memory()
    assert (machine.system.os, machine.system.kernel, machine.gpus) == (None, None, ())


def test_the_identifier_stays(tmp_path: Path) -> None:
    """What changes while a computer runs does not count."""
    before = describe_machine(computer(tmp_path, amd_with_smt()))
    busier = amd_with_smt() | {
        "proc/loadavg": "9.00 9.00 9.00 9/999 9\n",
        "proc/meminfo": MEMINFO.replace("8192000", "11").replace("16384000", "16383900"),
        "proc/self/status": "Cpus_allowed_list:\t2\n",
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq": "1500000\n",
        "sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq": "2450000\n",
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance\n",
    }
    after = describe_machine(computer(tmp_path, busier))
    assert after != before
    assert after.id == before.id
    assert re.fullmatch(r"[0-9a-f]{12}", after.id)


@pytest.mark.parametrize(
    "change",
    [
        {"proc/cpuinfo": amd_proc(flags="avx2")["proc/cpuinfo"]},
        {"proc/meminfo": MEMINFO.replace("16384000", "32768000")},
        {"proc/sys/kernel/osrelease": "6.1.0-14-amd64\n"},
        {"sys/devices/system/cpu/online": "0-1\n"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_computer_has_another_identifier(tmp_path: Path, change: dict[str, str]) -> None:
    one = describe_machine(computer(tmp_path / "one", amd_with_smt()))
    other = describe_machine(computer(tmp_path / "other", amd_with_smt() | change))
    assert one.id != other.id


def test_facts_are_frozen_and_take_no_unknown_names() -> None:
    gpu = Gpu(kind="apple", index=0, name="Apple M1")
    with pytest.raises(ValidationError, match="frozen"):
        gpu.index = 1  # type: ignore[misc]
    with pytest.raises(ValidationError, match="extra"):
        Memory.model_validate({"tottal": 1})


def test_nothing_heavy_is_imported() -> None:
    heavy = ["torch", "tensorflow", "numpy", "fastapi", "sqlalchemy", "yaml"]
    code = f"import sys, app.machine.description; print([name for name in {heavy} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert (ran.stdout, ran.stderr) == ("[]\n", "")
