"""Processors: each layout that was met, from complete trees to empty ones."""

from pathlib import Path

import pytest

from app.machine.models import Processor
from app.machine.processor import describe_processor
from tests.support.machine.fake_trees import EPYC_FLAGS, amd_proc, amd_with_smt, arm, computer, garbage, program


def test_amd_with_two_threads_a_core(tmp_path: Path) -> None:
    assert describe_processor(computer(tmp_path, amd_with_smt())) == Processor(
        model="AMD EPYC 7B13",
        vendor="AuthenticAMD",
        architecture="x86_64",
        logical=4,
        physical=2,
        threads_per_core=2,
        sockets=1,
        numa_nodes=1,
        affinity=(0, 1, 2, 3),
        flags=("sse4_2", "avx", "avx2", "fma", "f16c", "avx512f", "avx512vl", "avx512_vnni", "avx512_bf16"),
        caches={"L1d": 32 * 1024, "L1i": 32 * 1024, "L2": 512 * 1024, "L3": 32 * 1024**2},
        mhz_min=1500,
        mhz_max=3529.052,
        mhz_current=2450,
        governor="schedutil",
        virtual=False,
        hypervisor=None,
    )


def test_arm(tmp_path: Path) -> None:
    assert describe_processor(computer(tmp_path, arm())) == Processor(
        model="Neoverse-N2",
        vendor="Arm",
        architecture="aarch64",
        logical=2,
        physical=2,
        threads_per_core=1,
        numa_nodes=2,
        flags=("asimd", "asimdhp", "asimddp", "asimdfhm", "bf16", "i8mm", "sve"),
        virtual=True,
        hypervisor="KVM",
    )


def test_arm_by_another_maker(tmp_path: Path) -> None:
    cpuinfo = "processor : 0\nFeatures : asimd\nCPU implementer : 0xc0\nCPU part : 0xac3\n"
    found = describe_processor(computer(tmp_path, {"proc/cpuinfo": cpuinfo}))
    assert (found.vendor, found.model, found.virtual) == ("Ampere", "CPU part 0xac3", None)


def test_a_container_without_sys(tmp_path: Path) -> None:
    found = describe_processor(computer(tmp_path, amd_proc()))
    assert (found.logical, found.physical, found.threads_per_core, found.sockets) == (4, 2, 2, 1)
    assert found.affinity == (0, 1, 2, 3, 4, 5, 6, 7)
    assert found.mhz_current == 2450.5
    assert (found.caches, found.numa_nodes, found.governor, found.mhz_max) == (None, None, None, None)


def test_fewer_processors_allowed_than_there_are(tmp_path: Path) -> None:
    files = amd_with_smt() | {"proc/self/status": "Cpus_allowed_list:\t1,3-5\n"}
    assert describe_processor(computer(tmp_path, files)).affinity == (1, 3)


def test_the_first_processor_is_switched_off(tmp_path: Path) -> None:
    files = amd_with_smt() | {
        "sys/devices/system/cpu/online": "1,3\n",
        "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "performance\n",
    }
    found = describe_processor(computer(tmp_path, files))
    assert (found.logical, found.physical, found.governor, found.caches) == (2, 1, "performance", None)


def test_two_kinds_of_cores(tmp_path: Path) -> None:
    """One core with two threads, and two with one."""
    groups = {0: "0-1", 1: "0-1", 2: "2", 3: "3"}
    siblings = {f"sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list": who for cpu, who in groups.items()}
    found = describe_processor(computer(tmp_path, amd_with_smt() | siblings))
    assert (found.logical, found.physical, found.threads_per_core) == (4, 3, 2)


def test_two_sockets(tmp_path: Path) -> None:
    package = {"sys/devices/system/cpu/cpu3/topology/physical_package_id": "1\n"}
    assert describe_processor(computer(tmp_path, amd_with_smt() | package)).sockets == 2


@pytest.mark.parametrize(
    ("vendor", "product", "guess"),
    [
        ("Amazon EC2", "m7a.large", "Amazon EC2"),
        ("Microsoft Corporation", "Virtual Machine", "Hyper-V"),
        ("VMware, Inc.", "VMware Virtual Platform", "VMware"),
        ("Xen", "HVM domU", "Xen"),
        ("Google", "Google Compute Engine", "Google Compute Engine"),
        ("Nobody", "Nothing", None),
    ],
)
def test_whose_virtual_machine(tmp_path: Path, vendor: str, product: str, guess: str | None) -> None:
    names = {"sys/class/dmi/id/sys_vendor": vendor, "sys/class/dmi/id/product_name": product}
    found = describe_processor(computer(tmp_path, amd_proc(f"{EPYC_FLAGS} hypervisor") | names))
    assert (found.virtual, found.hypervisor) == (True, guess)


def test_bare_metal_in_a_cloud(tmp_path: Path) -> None:
    names = {"sys/class/dmi/id/sys_vendor": "Amazon EC2", "sys/class/dmi/id/product_name": "m7g.metal"}
    on_x86 = describe_processor(computer(tmp_path / "x86", amd_proc() | names))
    on_arm = describe_processor(computer(tmp_path / "arm", arm() | names))
    assert (on_x86.virtual, on_x86.hypervisor) == (False, None)
    assert (on_arm.virtual, on_arm.hypervisor) == (None, None)


@pytest.mark.parametrize(
    ("files", "guess"),
    [
        ({"sys/hypervisor/type": "xen\n"}, "xen"),
        ({"proc/sys/kernel/osrelease": "5.15.90.1-microsoft-standard-WSL2\n"}, "WSL"),
    ],
)
def test_hypervisors_without_firmware(tmp_path: Path, files: dict[str, str], guess: str) -> None:
    assert describe_processor(computer(tmp_path, files)).hypervisor == guess


def test_an_empty_computer(tmp_path: Path) -> None:
    assert describe_processor(computer(tmp_path, {})) == Processor()


def test_garbage(tmp_path: Path) -> None:
    found = describe_processor(computer(tmp_path, garbage()))
    assert found.model_dump(exclude={"governor"}, exclude_none=True) == {}


SYSCTL = """cat <<'END'
hw.logicalcpu: 8
hw.physicalcpu: 8
hw.packages: 1
hw.l1dcachesize: 65536
hw.l2cachesize: 4194304
hw.perflevel0.l1dcachesize: 131072
hw.perflevel0.l2cachesize: 12582912
hw.optional.arm64: 1
hw.optional.AdvSIMD: 1
hw.optional.arm.FEAT_BF16: 0
hw.optional.arm.FEAT_FP16: 1
machdep.cpu.brand_string: Apple M1
kern.hv_vmm_present: 0
END"""


def test_a_mac(tmp_path: Path) -> None:
    roots = computer(tmp_path, {}, system="Darwin")
    program(roots, "sysctl", SYSCTL.replace("cat", "/bin/cat"))
    assert describe_processor(roots) == Processor(
        model="Apple M1",
        vendor="Apple",
        architecture="arm64",
        logical=8,
        physical=8,
        threads_per_core=1,
        sockets=1,
        flags=("asimd", "asimdhp"),
        caches={"L1d": 131072, "L2": 12582912},
        virtual=False,
    )


def test_a_mac_that_says_nothing(tmp_path: Path) -> None:
    assert describe_processor(computer(tmp_path, {}, system="Darwin")) == Processor()
