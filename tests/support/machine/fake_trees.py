"""Computers that are not there: /proc and /sys trees and programs below a test's own folder."""

from collections.abc import Mapping
from pathlib import Path

from app.machine.roots import Roots

Files = Mapping[str, str]

EPYC_FLAGS = "fpu sse4_2 avx f16c fma avx2 avx512f avx512vl avx512_bf16 avx512_vnni"

ARM_FEATURES = "fp asimd evtstrm aes crc32 atomics asimdhp asimddp sve asimdfhm bf16 i8mm"

MEMINFO = """MemTotal:       16384000 kB
MemFree:         1000000 kB
MemAvailable:    8192000 kB
SwapTotal:       2048000 kB
SwapFree:        1024000 kB
HugePages_Total:       0
"""

NO_LIMIT_V1 = "9223372036854771712\n"


def computer(folder: Path, files: Files, system: str = "Linux") -> Roots:
    """A computer with these files, by paths such as `proc/stat`; its programs go to the folder `bin`."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "bin").mkdir(exist_ok=True)
    return Roots(proc=folder / "proc", sys=folder / "sys", path=str(folder / "bin"), system=system)


def program(roots: Roots, name: str, script: str) -> None:
    """A shell script that the computer has as a program."""
    path = Path(roots.path or "") / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def amd_block(cpu: int, flags: str = EPYC_FLAGS) -> str:
    """A processor of two cores with two threads each: processors 0 and 2 share a core, and 1 and 3."""
    return (
        f"processor\t: {cpu}\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC 7B13\ncpu MHz\t\t: 2450.5\n"
        f"physical id\t: 0\nsiblings\t: 4\ncore id\t\t: {cpu % 2}\ncpu cores\t: 2\nflags\t\t: {flags}\n"
    )


def amd_proc(flags: str = EPYC_FLAGS) -> dict[str, str]:
    return {
        "proc/cpuinfo": "\n".join(amd_block(cpu, flags) for cpu in range(4)) + "\n",
        "proc/meminfo": MEMINFO,
        "proc/self/status": "Name:\tpython\nCpus_allowed:\tff\nCpus_allowed_list:\t0-7\n",
        "proc/sys/kernel/osrelease": "6.1.0-13-amd64\n",
        "proc/sys/kernel/arch": "x86_64\n",
        "proc/loadavg": "0.50 1.25 2.00 1/234 5678\n",
        "proc/pressure/cpu": "some avg10=1.50 avg60=0.21 avg300=0.66 total=1537558186\nfull avg10=0.00 total=7\n",
        "proc/stat": "cpu  1000 200 300 90000 4000 50 60 70 500 5\ncpu0 500 100 150 45000 2000 25 30 35 250 0\n",
    }


def amd_with_smt() -> dict[str, str]:
    """Both trees of that processor, with four more processors that are switched off."""
    files = amd_proc() | {
        "sys/devices/system/cpu/online": "0-3\n",
        "sys/devices/system/node/online": "0\n",
        **cache("index0", "1", "Data", "32K"),
        **cache("index1", "1", "Instruction", "32K"),
        **cache("index2", "2", "Unified", "512K"),
        **cache("index3", "3", "Unified", "32M"),
        "sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_min_freq": "1500000\n",
        "sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq": "3529052\n",
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq": "2450000\n",
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "schedutil\n",
    }
    for cpu in range(4):
        topology = f"sys/devices/system/cpu/cpu{cpu}/topology"
        files[f"{topology}/thread_siblings_list"] = f"{cpu % 2},{cpu % 2 + 2}\n"
        files[f"{topology}/physical_package_id"] = "0\n"
    return files


def cache(index: str, level: str, kind: str, size: str) -> dict[str, str]:
    folder = f"sys/devices/system/cpu/cpu0/cache/{index}"
    return {f"{folder}/level": f"{level}\n", f"{folder}/type": f"{kind}\n", f"{folder}/size": f"{size}\n"}


def arm() -> dict[str, str]:
    """A virtual machine with two Neoverse-N2 cores, of whose sockets the firmware says nothing."""
    block = "processor\t: {}\nBogoMIPS\t: 50.00\nFeatures\t: {}\nCPU implementer\t: 0x41\nCPU part\t: 0xd49\n"
    files = {
        "proc/cpuinfo": "\n".join(block.format(cpu, ARM_FEATURES) for cpu in range(2)) + "\n",
        "proc/meminfo": MEMINFO,
        "proc/sys/kernel/arch": "aarch64\n",
        "sys/devices/system/cpu/online": "0-1\n",
        "sys/devices/system/node/online": "0-1\n",
        "sys/class/dmi/id/sys_vendor": "QEMU\n",
        "sys/class/dmi/id/product_name": "KVM Virtual Machine\n",
    }
    for cpu in range(2):
        files[f"sys/devices/system/cpu/cpu{cpu}/topology/core_cpus_list"] = f"{cpu}\n"
        files[f"sys/devices/system/cpu/cpu{cpu}/topology/physical_package_id"] = "-1\n"
    return files


GARBAGE = "\x00\ufffd}{:: some cpu - -1 99999999999999999999999 nan, 0-99999999999\n\n\x1b[31m"


def garbage() -> dict[str, str]:
    """Every file that a collector reads is there, and makes no sense."""
    group = "sys/fs/cgroup"
    kernel = ["cpuinfo", "meminfo", "stat", "loadavg", "self/status", "self/cgroup", "self/mountinfo"]
    kernel += [f"pressure/{name}" for name in ("cpu", "memory", "io")]
    files = [*(f"proc/{name}" for name in kernel), *(name for name in amd_with_smt() if name.startswith("sys/"))]
    return dict.fromkeys((*files, f"{group}/cgroup.controllers", f"{group}/cpu.max", f"{group}/memory.max"), GARBAGE)
