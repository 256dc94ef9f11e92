"""Load, pressure and busy time."""

import os
import time
from pathlib import Path

import pytest

from app.machine.load import busy_seconds, cpu_pressure_us, describe_load
from app.machine.models import Load, Pressure
from tests.support.machine.fake_trees import amd_proc, computer, garbage


def test_load_and_pressure(tmp_path: Path) -> None:
    roots = computer(tmp_path, amd_proc())
    assert describe_load(roots) == Load(
        minutes_1=0.5,
        minutes_5=1.25,
        minutes_15=2,
        cpu=Pressure(avg10=1.5, total_us=1537558186),
    )
    assert cpu_pressure_us(roots) == 1537558186


def test_busy_time_is_all_but_idle_and_waiting_and_counts_guests_once(tmp_path: Path) -> None:
    ticks = 1000 + 200 + 300 + 50 + 60 + 70
    assert busy_seconds(computer(tmp_path, amd_proc())) == ticks / os.sysconf("SC_CLK_TCK")


def test_an_old_kernel_with_few_columns(tmp_path: Path) -> None:
    assert busy_seconds(computer(tmp_path, {"proc/stat": "cpu 100 0 100 900\n"})) == 200 / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize(
    "stat", ["", "\n", "cpu\n", "cpu 1 2 3\n", "cpu 0 0 0 0 0 0 0 0\n", "cpu0 1 2 3 4\n", "cpu a b c d"]
)
def test_busy_time_that_is_not_told(tmp_path: Path, stat: str) -> None:
    assert busy_seconds(computer(tmp_path, {"proc/stat": stat})) is None


@pytest.mark.parametrize("text", ["", "full avg10=0.00 total=0\n", "some\n", "some avg10=nan total=-3\n"])
def test_pressure_that_is_not_told(tmp_path: Path, text: str) -> None:
    assert cpu_pressure_us(computer(tmp_path, {"proc/pressure/cpu": text})) is None


@pytest.mark.parametrize("text", ["", "0.1 0.2", "a b c"])
def test_load_that_is_not_told(tmp_path: Path, text: str) -> None:
    assert describe_load(computer(tmp_path, {"proc/loadavg": text})) == Load()


def test_load_of_garbage(tmp_path: Path) -> None:
    roots = computer(tmp_path, garbage())
    assert describe_load(roots) == Load()
    assert busy_seconds(roots) is None


def test_own_work_makes_this_computer_busier() -> None:
    before = busy_seconds()
    assert before is not None
    began = time.process_time()
    while time.process_time() - began < 0.2:
        pass
    after = busy_seconds()
    assert after is not None
    assert after - before >= 0.1
