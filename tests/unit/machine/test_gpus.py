"""Graphics processors, as a fake `nvidia-smi` tells of them."""

import time
from pathlib import Path

import pytest

from app.machine.gpus import FULL, describe_gpus
from app.machine.models import Gpu
from app.machine.roots import Roots
from tests.support.machine.fake_trees import computer, program

H200 = "0, NVIDIA H200, GPU-6c1d, 570.124.06, 143771, 9.0, 345, 1980, 3201, 76.14, 700.00, 28"
KNOWN = Gpu(
    kind="nvidia",
    index=0,
    name="NVIDIA H200",
    uuid="GPU-6c1d",
    driver="570.124.06",
    memory=143771 * 1024**2,
    compute_capability="9.0",
    mhz_sm=345,
    mhz_sm_max=1980,
    mhz_memory=3201,
    power_w=76.14,
    power_limit_w=700,
    temperature_c=28,
    throttled_by=("idle",),
)


def with_smi(folder: Path, script: str) -> Roots:
    roots = computer(folder, {})
    program(roots, "nvidia-smi", script)
    return roots


def saying(folder: Path, answer: str) -> tuple[Gpu, ...]:
    return describe_gpus(with_smi(folder, f"/bin/cat <<'END'\n{answer}\nEND"))


def test_a_gpu_with_all_its_facts(tmp_path: Path) -> None:
    assert saying(tmp_path, f"{H200}, 0x0000000000000001") == (KNOWN,)


def test_the_question(tmp_path: Path) -> None:
    describe_gpus(with_smi(tmp_path, f'echo "$@" > {tmp_path}/asked'))
    asked = (tmp_path / "asked").read_text(encoding="utf-8").split()
    assert asked == [f"--query-gpu={','.join(FULL)},clocks_event_reasons.active", "--format=csv,noheader,nounits"]


def test_an_older_driver_that_knows_the_reasons_by_their_old_name(tmp_path: Path) -> None:
    script = f"case $1 in *event_reasons*) echo 'not a valid field'; exit 2;; esac\necho '{H200}, 0x0000000000000024'"
    found = describe_gpus(with_smi(tmp_path, script))
    assert found == (KNOWN.model_copy(update={"throttled_by": ("power cap", "heat (software)")}),)


def test_a_very_old_driver(tmp_path: Path) -> None:
    script = "case $1 in *compute_cap*) exit 2;; esac\necho '1, Tesla K80, GPU-1, 450.1, 11441'"
    memory = 11441 * 1024**2
    expected = Gpu(kind="nvidia", index=1, name="Tesla K80", uuid="GPU-1", driver="450.1", memory=memory)
    assert describe_gpus(with_smi(tmp_path, script)) == (expected,)


def test_facts_that_are_not_available(tmp_path: Path) -> None:
    unknown = "[N/A], [Not Supported], N/A, [Unknown Error], [N/A], [GPU requires reset], [N/A], [N/A], [N/A], [N/A]"
    assert saying(tmp_path, f"0, NVIDIA GB10, {unknown}, [N/A]") == (Gpu(kind="nvidia", index=0, name="NVIDIA GB10"),)


@pytest.mark.parametrize(
    ("mask", "reasons"),
    [
        ("0x0000000000000000", ()),
        ("0x0000000000000208", ("hardware slowdown", "0x200")),
        ("Active", None),
        ("0x", None),
        ("-1", None),
    ],
)
def test_reasons_for_low_clocks(tmp_path: Path, mask: str, reasons: tuple[str, ...] | None) -> None:
    assert saying(tmp_path, f"{H200}, {mask}")[0].throttled_by == reasons


def test_several_gpus_and_a_broken_line(tmp_path: Path) -> None:
    lines = (f"{H200}, 0x0", "Unable to determine the device handle", f"x{H200}, 0x0", f"1{H200[1:]}, 0x0")
    assert [gpu.index for gpu in saying(tmp_path, "\n".join(lines))] == [0, 1]


@pytest.mark.parametrize(
    "script",
    [
        "echo 'No devices were found'",
        "echo 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.'; exit 9",
        r"printf ',,,,\377\000,,,,,,,,\n'",
        "exit 0",
        "kill -11 $$",
    ],
)
def test_answers_that_name_no_gpu(tmp_path: Path, script: str) -> None:
    assert describe_gpus(with_smi(tmp_path, script)) == ()


def test_no_nvidia_smi(tmp_path: Path) -> None:
    assert describe_gpus(computer(tmp_path, {})) == ()


def test_a_hanging_nvidia_smi_is_asked_once(tmp_path: Path) -> None:
    roots = with_smi(tmp_path, f"echo asked >> {tmp_path}/asked; exec sleep 60")
    began = time.monotonic()
    assert describe_gpus(roots, limit_s=0.5) == ()
    assert time.monotonic() - began < 4
    assert (tmp_path / "asked").read_text(encoding="utf-8") == "asked\n"


@pytest.mark.parametrize(("arm64", "names"), [("1", ["Apple M3 Max"]), ("0", [])])
def test_a_mac(tmp_path: Path, arm64: str, names: list[str]) -> None:
    roots = computer(tmp_path, {}, system="Darwin")
    program(roots, "sysctl", f"echo 'hw.optional.arm64: {arm64}'; echo 'machdep.cpu.brand_string: Apple M3 Max'")
    found = describe_gpus(roots)
    assert [gpu.name for gpu in found] == names
    assert {gpu.kind for gpu in found} <= {"apple"}
