"""/proc/cpuinfo: which processor it is and what it can compute with."""

from app.machine.readers import clean, decimal, fields, text, whole
from app.machine.roots import Roots

NUMERIC_FLAGS = (
    *("sse4_2", "avx", "avx2", "fma", "f16c", "avx_vnni"),
    *("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16"),
    *("amx_tile", "amx_int8", "amx_bf16", "amx_fp16"),
    *("neon", "asimd", "asimdhp", "asimddp", "asimdfhm", "bf16", "i8mm", "sve", "sve2", "svebf16", "sme", "sme2"),
)
"""Instruction sets that change the speed or the last digits of numerical work: x86 first, then Arm."""

IMPLEMENTERS = {
    "0x41": "Arm",
    "0x42": "Broadcom",
    "0x43": "Cavium",
    "0x46": "Fujitsu",
    "0x48": "HiSilicon",
    "0x4e": "NVIDIA",
    "0x51": "Qualcomm",
    "0x61": "Apple",
    "0x6d": "Microsoft",
    "0x70": "Phytium",
    "0xc0": "Ampere",
}
"""Who made an Arm processor, by its register MIDR."""

ARM_PARTS = {
    "0xd03": "Cortex-A53",
    "0xd05": "Cortex-A55",
    "0xd07": "Cortex-A57",
    "0xd08": "Cortex-A72",
    "0xd0b": "Cortex-A76",
    "0xd0c": "Neoverse-N1",
    "0xd40": "Neoverse-V1",
    "0xd41": "Cortex-A78",
    "0xd49": "Neoverse-N2",
    "0xd4f": "Neoverse-V2",
    "0xd83": "Neoverse-V3",
    "0xd8e": "Neoverse-N3",
}
"""Arm's own designs, by the same register; others keep the number."""

Block = dict[str, str]


def blocks(roots: Roots) -> list[Block]:
    """What the kernel says of each processor, as name → value, in the file's order."""
    found = (fields(part) for part in (text(roots.proc / "cpuinfo") or "").split("\n\n"))
    return [block for block in found if whole(block.get("processor")) is not None]


def model(block: Block) -> str | None:
    """The processor's name; on Arm, where there often is none, that of its design."""
    named = clean(block.get("model name"))
    part = clean(block.get("CPU part"))
    if named or part is None:
        return named
    return (ARM_PARTS.get(part) if block.get("CPU implementer") == "0x41" else None) or f"CPU part {part}"


def vendor(block: Block) -> str | None:
    """The maker, as x86 processors spell it (`AuthenticAMD`) or by the number that Arm gave it."""
    implementer = clean(block.get("CPU implementer"))
    return clean(block.get("vendor_id")) or (IMPLEMENTERS.get(implementer, implementer) if implementer else None)


def words(block: Block) -> set[str] | None:
    """All flags; None where the kernel lists none."""
    listed = block.get("flags", block.get("Features"))
    return set(listed.split()) if listed else None


def numeric_flags(block: Block) -> tuple[str, ...] | None:
    """The flags that matter, in the order of `NUMERIC_FLAGS`."""
    listed = words(block)
    return None if listed is None else tuple(flag for flag in NUMERIC_FLAGS if flag in listed)


def mhz(block: Block) -> float | None:
    """The present clock rate in MHz, on x86."""
    return decimal(block.get("cpu MHz"))


def cores(found: list[Block]) -> int | None:
    """Cores that are online, from the pair of socket and core that each processor names."""
    pairs = {(block.get("physical id"), block["core id"]) for block in found if "core id" in block}
    return len(pairs) or None


def sockets(found: list[Block]) -> int | None:
    """Sockets with a processor that is online."""
    return len({block["physical id"] for block in found if "physical id" in block}) or None
