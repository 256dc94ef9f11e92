"""Containers: the marks by which one knows that it is in one."""

import re
from collections.abc import Iterator

from app.machine.readers import exists, line, text
from app.machine.roots import THIS_COMPUTER, Roots

IN_CGROUP = {
    "kubernetes": r"/kubepods",
    "docker": r"/docker[/-]",
    "podman": r"/libpod-",
    "lxc": r"/lxc[/.]",
    "containerd": r"/cri-containerd-",
}
"""What the name of a control group tells, more telling ones first."""

IN_MOUNTS = {
    "kubernetes": r"/kubelet/pods/",
    "docker": r"/docker/containers/",
    "podman": r"/containers/storage/",
    "containerd": r"/io\.containerd\.",
}
"""What the places tell from which a container's own files are mounted."""

OWN_FILES = {"/", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf"}
"""Mount points that a container engine puts there; on a host, those of other containers show up elsewhere."""


def container(roots: Roots = THIS_COMPUTER) -> str | None:
    """A guess at the kind of container, from the marks that engines leave; None when there is none."""
    own_root = roots.proc / "self/root"
    marks = {"podman": own_root / "run/.containerenv", "docker": own_root / ".dockerenv"}
    by_name = _first_sign(IN_CGROUP, text(roots.proc / "self/cgroup") or "")
    by_mount = _first_sign(IN_MOUNTS, "\n".join(_own_mounts(roots)))
    by_mark = next((name for name, path in marks.items() if exists(path)), None)
    return line(own_root / "run/systemd/container") or by_name or by_mount or by_mark


def _first_sign(signs: dict[str, str], found: str) -> str | None:
    return next((name for name, sign in signs.items() if re.search(sign, found)), None)


def _own_mounts(roots: Roots) -> Iterator[str]:
    for row in (text(roots.proc / "self/mountinfo") or "").splitlines():
        parts = row.split()
        if len(parts) > 4 and parts[4] in OWN_FILES:
            yield row
