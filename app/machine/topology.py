"""/sys/devices/system: how processors are laid out in cores, sockets and nodes, their caches and clock rates."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.machine.readers import cpu_list, line, number_in
from app.machine.roots import Roots

UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
CACHE_LETTERS = {"Data": "d", "Instruction": "i", "Unified": ""}


def cpu_folder(roots: Roots, cpu: int) -> Path:
    return roots.sys / "devices/system/cpu" / f"cpu{cpu}"


def online(roots: Roots) -> tuple[int, ...] | None:
    """The processors that are switched on."""
    return cpu_list(line(roots.sys / "devices/system/cpu/online"))


def thread_groups(roots: Roots, cpus: Sequence[int]) -> set[tuple[int, ...]]:
    """The processors that share a core, one group a core; older kernels know the file by its second name."""
    return set(_groups(roots, cpus))


def _groups(roots: Roots, cpus: Sequence[int]) -> Iterator[tuple[int, ...]]:
    for cpu in cpus:
        folder = cpu_folder(roots, cpu) / "topology"
        group = cpu_list(line(folder / "core_cpus_list")) or cpu_list(line(folder / "thread_siblings_list"))
        if group and cpu in group:
            yield group


def sockets(roots: Roots, cpus: Sequence[int]) -> int | None:
    """Processor packages; None where the firmware does not say (the kernel writes -1)."""
    found = {number_in(cpu_folder(roots, cpu) / "topology/physical_package_id") for cpu in cpus}
    return len(found - {None}) or None


def numa_nodes(roots: Roots) -> int | None:
    """Memory nodes that are online."""
    nodes = cpu_list(line(roots.sys / "devices/system/node/online"))
    return len(nodes) if nodes else None


def caches(roots: Roots, cpu: int) -> dict[str, int] | None:
    """Bytes of each cache that this processor sees, by names such as `L1d` and `L3`, smallest level first."""
    folder = cpu_folder(roots, cpu) / "cache"
    found = dict(entry for number in range(10) for entry in _cache(folder / f"index{number}"))
    return dict(sorted(found.items())) or None


def _cache(folder: Path) -> Iterator[tuple[str, int]]:
    level = number_in(folder / "level")
    letter = CACHE_LETTERS.get(line(folder / "type") or "")
    size = re.fullmatch(r"([0-9]{1,12})([KMG]?)", line(folder / "size") or "")
    if level and letter is not None and size:
        yield f"L{level}{letter}", int(size[1]) * UNITS[size[2]]


def mhz(roots: Roots, cpu: int, name: str) -> float | None:
    """A clock rate in MHz, out of one of the kernel's files, which are in kHz."""
    khz = number_in(cpu_folder(roots, cpu) / "cpufreq" / name)
    return khz / 1000 if khz else None


def governor(roots: Roots, cpu: int) -> str | None:
    """The policy by which the kernel sets the clock rate, such as `performance`."""
    return line(cpu_folder(roots, cpu) / "cpufreq/scaling_governor")
