"""Control groups, version 1 and 2: how much of the computer the service may use."""

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Literal

from app.machine.containers import container
from app.machine.models import Limits
from app.machine.readers import exists, line, number_in, text, whole
from app.machine.roots import THIS_COMPUTER, Roots

NO_LIMIT = 2**60
"""Version 1 writes the greatest number of pages for "no limit"; from here on a limit in bytes means none."""

FOLDERS_V1 = {"cpu": ("cpu", "cpu,cpuacct", "cpuacct,cpu"), "memory": ("memory",)}
"""Under which names a controller of version 1 is mounted."""


def describe_limits(roots: Roots = THIS_COMPUTER) -> Limits:
    """The tightest limits from the service's own group up to the root of what it can see."""
    version = _version(roots)
    return Limits(
        cgroup=version,
        cpus=_tightest(roots, version, "cpu", {1: _cpus_v1, 2: _cpus_v2}),
        memory=memory_limit(roots),
        container=container(roots),
    )


def memory_limit(roots: Roots = THIS_COMPUTER) -> int | None:
    """Bytes of memory that the control group allows; None for no limit."""
    found = _tightest(roots, _version(roots), "memory", {1: _memory_v1, 2: _memory_v2})
    return None if found is None else int(found)


def _version(roots: Roots) -> Literal[1, 2] | None:
    root = roots.sys / "fs/cgroup"
    if exists(root / "cgroup.controllers"):
        return 2
    names = [name for folders in FOLDERS_V1.values() for name in folders]
    return 1 if any(exists(root / name) for name in names) else None


def _tightest(
    roots: Roots, version: int | None, controller: str, readers: dict[int, Callable[[Path], float | None]]
) -> float | None:
    """The smallest limit among the service's group and all above it."""
    if version is None:
        return None
    found = (readers[version](folder) for folder in _group_folders(roots, version, controller))
    return min((limit for limit in found if limit is not None), default=None)


def _group_folders(roots: Roots, version: int, controller: str) -> Iterator[Path]:
    """From the root of the controller down to the service's group; in a container the root often is the group."""
    names = ("",) if version == 2 else FOLDERS_V1[controller]
    group = PurePosixPath(_group(roots, controller if version == 1 else ""))
    for name in names:
        root = roots.sys / "fs/cgroup" / name
        for above in (group, *group.parents):
            if ".." not in above.parts:
                yield root / above.relative_to("/")


def _group(roots: Roots, controller: str) -> str:
    """The service's group; version 2 has one line without a controller."""
    for row in (text(roots.proc / "self/cgroup") or "").splitlines():
        _, _, rest = row.partition(":")
        controllers, _, path = rest.partition(":")
        if controller in controllers.split(",") and path.startswith("/"):
            return "/" + path.lstrip("/")
    return "/"


def _cpus_v2(folder: Path) -> float | None:
    quota, _, period = (line(folder / "cpu.max") or "").partition(" ")
    return _cores(whole(quota), whole(period))


def _cpus_v1(folder: Path) -> float | None:
    return _cores(number_in(folder / "cpu.cfs_quota_us"), number_in(folder / "cpu.cfs_period_us"))


def _cores(quota_us: int | None, period_us: int | None) -> float | None:
    return quota_us / period_us if quota_us and period_us else None


def _memory_v2(folder: Path) -> float | None:
    return number_in(folder / "memory.max")


def _memory_v1(folder: Path) -> float | None:
    limit = number_in(folder / "memory.limit_in_bytes")
    return limit if limit is not None and limit < NO_LIMIT else None
