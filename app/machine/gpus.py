"""Graphics processors: NVIDIA's by `nvidia-smi`, Apple's because every Mac with an Arm processor has one."""

import re
import time
from collections.abc import Iterator

from app.machine.apple import is_apple_silicon, sysctl
from app.machine.commands import output_of
from app.machine.models import Gpu
from app.machine.readers import clean, decimal, whole
from app.machine.roots import THIS_COMPUTER, Roots

LIMIT_S = 5.0
"""For all questions to `nvidia-smi` together: it hangs when the driver does."""

BASIC = ("index", "name", "uuid", "driver_version", "memory.total")
FULL = (
    *BASIC,
    *("compute_cap", "clocks.sm", "clocks.max.sm", "clocks.mem", "power.draw", "power.limit", "temperature.gpu"),
)
QUERIES = ((*FULL, "clocks_event_reasons.active"), (*FULL, "clocks_throttle_reasons.active"), FULL, BASIC)
"""What is asked, newest driver first: `nvidia-smi` answers nothing at all when it does not know one of the fields."""

REASONS = {
    0x1: "idle",
    0x2: "application clocks",
    0x4: "power cap",
    0x8: "hardware slowdown",
    0x10: "sync boost",
    0x20: "heat (software)",
    0x40: "heat (hardware)",
    0x80: "power brake",
    0x100: "display clocks",
}
"""NVML's bits for why clocks are lower than they could be (nvml.h, nvmlClocksEventReason…)."""

Row = dict[str, str]


def describe_gpus(roots: Roots = THIS_COMPUTER, limit_s: float = LIMIT_S) -> tuple[Gpu, ...]:
    """All graphics processors that are found within `limit_s` seconds; empty when there is none."""
    return (*(gpu for row in _rows(roots, limit_s) for gpu in _nvidia(row)), *_apple(roots))


def _rows(roots: Roots, limit_s: float) -> list[Row]:
    """The answer to the first query that is answered."""
    deadline = time.monotonic() + limit_s
    for query in QUERIES:
        left = deadline - time.monotonic()
        command = ("nvidia-smi", f"--query-gpu={','.join(query)}", "--format=csv,noheader,nounits")
        answer = output_of(command, left, roots.path) if left > 0 else None
        if answer is not None:
            return list(_parsed(answer, query))
    return []


def _parsed(answer: str, query: tuple[str, ...]) -> Iterator[Row]:
    """Lines with as many values as were asked for; values that stand for "unknown", such as `[N/A]`, are left out."""
    for row in answer.splitlines():
        values = [clean(value) for value in row.split(",")]
        if len(values) == len(query):
            yield {name: value for name, value in zip(query, values, strict=True) if value and not _is_unknown(value)}


def _is_unknown(value: str) -> bool:
    """`[N/A]`, `N/A`, `[Not Supported]`, `[Unknown Error]`, `[GPU requires reset]` and their like."""
    return value.startswith("[") or value.upper() in ("N/A", "NOT SUPPORTED", "UNKNOWN ERROR")


def _nvidia(row: Row) -> Iterator[Gpu]:
    index, name = whole(row.get("index")), row.get("name")
    if index is None or name is None:
        return
    mib = whole(row.get("memory.total"))
    yield Gpu(
        kind="nvidia",
        index=index,
        name=name,
        uuid=row.get("uuid"),
        driver=row.get("driver_version"),
        memory=None if mib is None else mib * 1024**2,
        compute_capability=row.get("compute_cap"),
        mhz_sm=whole(row.get("clocks.sm")),
        mhz_sm_max=whole(row.get("clocks.max.sm")),
        mhz_memory=whole(row.get("clocks.mem")),
        power_w=decimal(row.get("power.draw")),
        power_limit_w=decimal(row.get("power.limit")),
        temperature_c=whole(row.get("temperature.gpu")),
        throttled_by=_reasons(row.get("clocks_event_reasons.active", row.get("clocks_throttle_reasons.active"))),
    )


def _reasons(mask: str | None) -> tuple[str, ...] | None:
    """The reasons behind a mask such as `0x0000000000000004`; a bit that has no name yet is given as its value."""
    if not re.fullmatch(r"0x[0-9a-fA-F]{1,16}", mask or ""):
        return None
    bits = int(mask or "", 16)
    return tuple(REASONS.get(1 << place, hex(1 << place)) for place in range(64) if bits >> place & 1)


def _apple(roots: Roots) -> Iterator[Gpu]:
    entries = sysctl(roots)
    if is_apple_silicon(entries):
        yield Gpu(kind="apple", index=0, name=clean(entries.get("machdep.cpu.brand_string")) or "Apple")
