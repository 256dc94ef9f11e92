"""macOS, where `sysctl` says what /proc and /sys say elsewhere."""

import os

from app.machine.commands import output_of
from app.machine.models import Processor
from app.machine.readers import clean, fields, whole
from app.machine.roots import Roots

LIMIT_S = 5.0

FLAGS = {
    "hw.optional.avx1_0": "avx",
    "hw.optional.avx2_0": "avx2",
    "hw.optional.fma": "fma",
    "hw.optional.f16c": "f16c",
    "hw.optional.avx512f": "avx512f",
    "hw.optional.neon": "neon",
    "hw.optional.AdvSIMD": "asimd",
    "hw.optional.arm.FEAT_FP16": "asimdhp",
    "hw.optional.arm.FEAT_DotProd": "asimddp",
    "hw.optional.arm.FEAT_FHM": "asimdfhm",
    "hw.optional.arm.FEAT_BF16": "bf16",
    "hw.optional.arm.FEAT_I8MM": "i8mm",
    "hw.optional.arm.FEAT_SME": "sme",
    "hw.optional.arm.FEAT_SME2": "sme2",
}
"""Apple's names of instruction sets, and Linux's."""

CACHES = {"L1d": "l1dcachesize", "L1i": "l1icachesize", "L2": "l2cachesize", "L3": "l3cachesize"}


def sysctl(roots: Roots) -> dict[str, str]:
    """All that `sysctl` says, by name; empty on any other system. It is in a folder that not every PATH has."""
    if roots.system != "Darwin":
        return {}
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin" if roots.path is None else roots.path
    return fields(output_of(("sysctl", "-a"), LIMIT_S, path))


def mac_processor(entries: dict[str, str]) -> Processor:
    """The processor of a Mac. Of two kinds of cores the faster one's caches are given."""
    logical, physical = whole(entries.get("hw.logicalcpu")), whole(entries.get("hw.physicalcpu"))
    return Processor(
        model=clean(entries.get("machdep.cpu.brand_string")),
        vendor="Apple" if is_apple_silicon(entries) else clean(entries.get("machdep.cpu.vendor")),
        architecture="arm64" if is_apple_silicon(entries) else None,
        logical=logical,
        physical=physical,
        threads_per_core=logical // physical if logical and physical else None,
        sockets=whole(entries.get("hw.packages")),
        flags=_flags(entries),
        caches=_caches(entries),
        virtual={"0": False, "1": True}.get(entries.get("kern.hv_vmm_present", "")),
    )


def is_apple_silicon(entries: dict[str, str]) -> bool:
    return entries.get("hw.optional.arm64") == "1"


def _flags(entries: dict[str, str]) -> tuple[str, ...] | None:
    if not any(name in entries for name in FLAGS):
        return None
    return tuple(flag for name, flag in FLAGS.items() if entries.get(name) == "1")


def _caches(entries: dict[str, str]) -> dict[str, int] | None:
    found = {name: whole(entries.get(f"hw.perflevel0.{key}", entries.get(f"hw.{key}"))) for name, key in CACHES.items()}
    return {name: size for name, size in found.items() if size} or None
