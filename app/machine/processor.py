"""The processor: one description out of /proc/cpuinfo, /sys, `sysctl` and, for what is still missing, psutil."""

import platform

import psutil

from app.machine import cpuinfo, hypervisor, topology
from app.machine.apple import mac_processor, sysctl
from app.machine.models import Processor
from app.machine.readers import cpu_list, fields, line, or_none, positive, text
from app.machine.roots import THIS_COMPUTER, Roots


def describe_processor(roots: Roots = THIS_COMPUTER) -> Processor:
    """All that can be found of the processor."""
    found = mac_processor(sysctl(roots)) if roots.system == "Darwin" else _linux_processor(roots)
    return _with_gaps_filled(found) if roots.is_this_computer else found


def _linux_processor(roots: Roots) -> Processor:
    blocks = cpuinfo.blocks(roots)
    first = blocks[0] if blocks else {}
    layout = _layout(roots, blocks)
    virtual = hypervisor.is_virtual(roots, first)
    return Processor(
        model=cpuinfo.model(first),
        vendor=cpuinfo.vendor(first),
        architecture=line(roots.proc / "sys/kernel/arch"),
        flags=cpuinfo.numeric_flags(first),
        virtual=virtual,
        hypervisor=hypervisor.name(roots) if virtual else None,
        numa_nodes=topology.numa_nodes(roots),
        **layout.model_dump(exclude_none=True),
        **_clock(roots, _first_cpu(roots), first).model_dump(exclude_none=True),
    )


def _first_cpu(roots: Roots) -> int:
    return (topology.online(roots) or (0,))[0]


def _layout(roots: Roots, blocks: list[cpuinfo.Block]) -> Processor:
    """How many of everything: /sys first, which knows more; /proc/cpuinfo where a container hides /sys."""
    cpus = topology.online(roots)
    groups = topology.thread_groups(roots, cpus or ())
    logical = len(cpus or blocks) or None
    physical = len(groups) or cpuinfo.cores(blocks)
    return Processor(
        logical=logical,
        physical=physical,
        threads_per_core=max(map(len, groups), default=None) or _ratio(logical, physical),
        sockets=topology.sockets(roots, cpus or ()) or cpuinfo.sockets(blocks),
        affinity=_affinity(roots, cpus),
        caches=topology.caches(roots, _first_cpu(roots)),
    )


def _ratio(logical: int | None, physical: int | None) -> int | None:
    return logical // physical if logical and physical and logical >= physical else None


def _affinity(roots: Roots, cpus: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """The processors that the service may use; the kernel's list has room for such as are switched off."""
    allowed = cpu_list(fields(text(roots.proc / "self/status")).get("Cpus_allowed_list"))
    return (tuple(cpu for cpu in allowed if cpu in cpus) or None) if allowed and cpus else allowed


def _clock(roots: Roots, cpu: int, block: cpuinfo.Block) -> Processor:
    return Processor(
        mhz_min=topology.mhz(roots, cpu, "cpuinfo_min_freq"),
        mhz_max=topology.mhz(roots, cpu, "cpuinfo_max_freq"),
        mhz_current=topology.mhz(roots, cpu, "scaling_cur_freq") or cpuinfo.mhz(block),
        governor=topology.governor(roots, cpu),
    )


def _with_gaps_filled(found: Processor) -> Processor:
    """What psutil and `platform` know, where nothing better was found."""
    known = _from_psutil().model_dump(exclude_none=True)
    return found.model_copy(update={name: value for name, value in known.items() if getattr(found, name) is None})


def _from_psutil() -> Processor:
    clock = or_none(psutil.cpu_freq)
    affinity = or_none(lambda: psutil.Process().cpu_affinity())
    return Processor(
        model=platform.processor() or None if platform.system() == "Windows" else None,
        architecture=platform.machine() or None,
        logical=or_none(psutil.cpu_count),
        physical=or_none(lambda: psutil.cpu_count(logical=False)),
        affinity=tuple(affinity) if affinity else None,
        mhz_min=positive(clock.min) if clock else None,
        mhz_max=positive(clock.max) if clock else None,
        mhz_current=positive(clock.current) if clock else None,
    )
