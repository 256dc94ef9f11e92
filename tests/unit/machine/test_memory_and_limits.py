"""Memory and what the control group leaves of it, in both versions of control groups."""

from pathlib import Path

import pytest

from app.machine.cgroups import describe_limits
from app.machine.memory import describe_memory
from app.machine.models import Limits, Memory
from tests.support.machine.fake_trees import MEMINFO, NO_LIMIT_V1, Files, computer, garbage

CONTROLLERS = {"sys/fs/cgroup/cgroup.controllers": "cpu memory io\n"}
GIB = 1024**3


def limits(folder: Path, files: Files) -> Limits:
    return describe_limits(computer(folder, files))


def test_memory_in_bytes(tmp_path: Path) -> None:
    files = {"proc/meminfo": MEMINFO, **CONTROLLERS, "sys/fs/cgroup/memory.max": f"{2 * GIB}\n"}
    assert describe_memory(computer(tmp_path, files)) == Memory(
        total=16384000 * 1024,
        available=8192000 * 1024,
        swap=2048000 * 1024,
        swap_free=1024000 * 1024,
        limit=2 * GIB,
    )


@pytest.mark.parametrize("text", ["", "MemTotal: many kB\nSwapTotal: -1 kB\n", "MemTotal: 5 pages\nMemAvailable:\n"])
def test_memory_that_is_not_told(tmp_path: Path, text: str) -> None:
    assert describe_memory(computer(tmp_path, {"proc/meminfo": text})) == Memory()


def test_no_control_groups(tmp_path: Path) -> None:
    assert limits(tmp_path, {}) == Limits()


def test_version_2_in_a_container(tmp_path: Path) -> None:
    """The container sees its own group as the root of all."""
    files = CONTROLLERS | {
        "proc/self/cgroup": "0::/\n",
        "sys/fs/cgroup/cpu.max": "150000 100000\n",
        "sys/fs/cgroup/memory.max": f"{GIB}\n",
        "proc/self/root/.dockerenv": "",
    }
    assert limits(tmp_path, files) == Limits(cgroup=2, cpus=1.5, memory=GIB, container="docker")


def test_version_2_without_limits(tmp_path: Path) -> None:
    files = CONTROLLERS | {
        "proc/self/cgroup": "0::/user.slice\n",
        "sys/fs/cgroup/user.slice/cpu.max": "max 100000\n",
        "sys/fs/cgroup/user.slice/memory.max": "max\n",
    }
    assert limits(tmp_path, files) == Limits(cgroup=2)


def test_version_2_the_tightest_of_all_groups_above_counts(tmp_path: Path) -> None:
    files = CONTROLLERS | {
        "proc/self/cgroup": "0::/system.slice/own.service\n",
        "sys/fs/cgroup/system.slice/cpu.max": "50000 100000\n",
        "sys/fs/cgroup/system.slice/memory.max": f"{4 * GIB}\n",
        "sys/fs/cgroup/system.slice/own.service/cpu.max": "200000 100000\n",
        "sys/fs/cgroup/system.slice/own.service/memory.max": f"{3 * GIB}\n",
    }
    assert limits(tmp_path, files) == Limits(cgroup=2, cpus=0.5, memory=3 * GIB)


def test_version_1(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "4:memory:/docker/0123abcd\n3:cpu,cpuacct:/docker/0123abcd\n0::/\n",
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "250000\n",
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{GIB}\n",
    }
    assert limits(tmp_path, files) == Limits(cgroup=1, cpus=2.5, memory=GIB, container="docker")


def test_version_1_of_a_group_below_the_root(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "4:memory:/own\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": NO_LIMIT_V1,
        "sys/fs/cgroup/memory/own/memory.limit_in_bytes": f"{GIB}\n",
    }
    assert limits(tmp_path, files) == Limits(cgroup=1, memory=GIB)


def test_version_1_without_limits(tmp_path: Path) -> None:
    files = {
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
        "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": NO_LIMIT_V1,
    }
    assert limits(tmp_path, files) == Limits(cgroup=1)


@pytest.mark.parametrize("group", ["/../../elsewhere", "//elsewhere", "elsewhere", "/a\x00b"])
def test_groups_that_cannot_be_seen(tmp_path: Path, group: str) -> None:
    files = CONTROLLERS | {
        "proc/self/cgroup": f"0::{group}\n",
        "sys/fs/cgroup/memory.max": f"{GIB}\n",
        "sys/elsewhere/memory.max": "1\n",
    }
    assert limits(tmp_path, files) == Limits(cgroup=2, memory=GIB)


@pytest.mark.parametrize("quota", ["", "max", "100000", "100000 0", "0 100000", "-1 100000", "x y"])
def test_quotas_that_are_none(tmp_path: Path, quota: str) -> None:
    assert limits(tmp_path, CONTROLLERS | {"sys/fs/cgroup/cpu.max": quota}).cpus is None


def test_limits_of_garbage(tmp_path: Path) -> None:
    assert limits(tmp_path, garbage()) == Limits(cgroup=2)


HOSTS = "31 27 8:1 {} /etc/hosts rw,relatime - ext4 /dev/sda1 rw\n"


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"proc/self/root/run/.containerenv": ""}, "podman"),
        ({"proc/self/root/run/systemd/container": "systemd-nspawn\n"}, "systemd-nspawn"),
        ({"proc/self/cgroup": "0::/kubepods.slice/pod1/cri-containerd-1.scope\n"}, "kubernetes"),
        ({"proc/self/cgroup": "0::/lxc.payload.one\n"}, "lxc"),
        ({"proc/self/mountinfo": HOSTS.format("/var/lib/kubelet/pods/1/etc-hosts")}, "kubernetes"),
        ({"proc/self/mountinfo": HOSTS.format("/var/lib/docker/containers/1/hosts")}, "docker"),
        ({"proc/self/cgroup": "0::/system.slice/docker.service\n"}, None),
        ({"proc/self/mountinfo": "9 1 0:5 / /var/lib/docker/containers/1/mounts/shm rw - tmpfs shm rw\n"}, None),
    ],
)
def test_which_container(tmp_path: Path, files: dict[str, str], kind: str | None) -> None:
    assert limits(tmp_path, files).container == kind
