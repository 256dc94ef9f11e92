"""Whether the computer is a virtual machine, and whose."""

from app.machine.cpuinfo import Block, words
from app.machine.readers import line
from app.machine.roots import Roots

SIGNS = {
    "kvm": "KVM",
    "qemu": "KVM or QEMU",
    "vmware": "VMware",
    "virtualbox": "VirtualBox",
    "innotek": "VirtualBox",
    "hvm domu": "Xen",
    "xen": "Xen",
    "openstack": "OpenStack",
    "parallels": "Parallels",
    "bhyve": "bhyve",
    "virtual machine": "Hyper-V",
    "google compute engine": "Google Compute Engine",
    "apple virtualization": "Apple",
}
"""What a maker or product name says when there is no such hardware."""


def is_virtual(roots: Roots, block: Block) -> bool | None:
    """Whether this is a virtual machine. An x86 processor says so in its flags; others only by the firmware's names."""
    if "flags" in block:
        return "hypervisor" in (words(block) or ())
    return True if name(roots) else None


def name(roots: Roots) -> str | None:
    """A guess at the hypervisor, from the names that the firmware gives the computer."""
    announced = line(roots.sys / "hypervisor/type")
    if announced and announced != "none":
        return announced
    parts = (line(roots.sys / "class/dmi/id" / file) or "" for file in ("sys_vendor", "product_name"))
    names = " ".join(parts).lower()
    if "amazon ec2" in names and ".metal" not in names:
        return "Amazon EC2"
    return next((guess for sign, guess in SIGNS.items() if sign in names), None) or _from_kernel(roots)


def _from_kernel(roots: Roots) -> str | None:
    """Windows' subsystem for Linux has no firmware, but a kernel of its own."""
    return "WSL" if "microsoft" in (line(roots.proc / "sys/kernel/osrelease") or "").lower() else None
