"""Memory: /proc/meminfo, or psutil where there is none, and the limit of the control group."""

import psutil

from app.machine.cgroups import memory_limit
from app.machine.models import Memory
from app.machine.readers import fields, or_none, text, whole
from app.machine.roots import THIS_COMPUTER, Roots


def describe_memory(roots: Roots = THIS_COMPUTER) -> Memory:
    """All that can be found of the memory, in bytes."""
    entries = fields(text(roots.proc / "meminfo"))
    found = Memory(
        total=_bytes(entries.get("MemTotal")),
        available=_bytes(entries.get("MemAvailable")),
        swap=_bytes(entries.get("SwapTotal")),
        swap_free=_bytes(entries.get("SwapFree")),
        limit=memory_limit(roots),
    )
    return _from_psutil(found.limit) if roots.is_this_computer and found.total is None else found


def _bytes(value: str | None) -> int | None:
    """The kernel writes kB and means KiB."""
    number, _, unit = (value or "").partition(" ")
    amount = whole(number)
    return amount * 1024 if amount is not None and unit.strip() == "kB" else None


def _from_psutil(limit: int | None) -> Memory:
    memory, swap = or_none(psutil.virtual_memory), or_none(psutil.swap_memory)
    return Memory(
        total=memory.total if memory else None,
        available=memory.available if memory else None,
        swap=swap.total if swap else None,
        swap_free=swap.free if swap else None,
        limit=limit,
    )
