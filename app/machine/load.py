"""How busy the computer is: once for the record, and cheaply around each round of measurements."""

import os

import psutil

from app.machine.models import Load, Pressure
from app.machine.readers import decimal, fields, or_none, text, whole
from app.machine.roots import THIS_COMPUTER, Roots

BUSY_COLUMNS = (0, 1, 2, 5, 6, 7)
"""user, nice, system, irq, softirq and steal of the first line of /proc/stat; user and nice hold the guests' time."""

BUSY_NAMES = ("user", "nice", "system")
"""psutil's names of the same, on systems without /proc/stat."""


def describe_load(roots: Roots = THIS_COMPUTER) -> Load:
    """Load and pressure now."""
    means = _means(roots)
    return Load(
        minutes_1=means[0],
        minutes_5=means[1],
        minutes_15=means[2],
        cpu=pressure("cpu", roots),
        memory=pressure("memory", roots),
        io=pressure("io", roots),
    )


def pressure(resource: str, roots: Roots = THIS_COMPUTER) -> Pressure | None:
    """The time in which some task waited for `cpu`, `memory` or `io`; None without pressure stall information."""
    rows = (text(roots.proc / "pressure" / resource) or "").splitlines()
    entries = next((_pairs(row) for row in rows if row.startswith("some ")), {})
    avg10, total_us = decimal(entries.get("avg10")), whole(entries.get("total"))
    return None if avg10 is None and total_us is None else Pressure(avg10=avg10, total_us=total_us)


def cpu_pressure_us(roots: Roots = THIS_COMPUTER) -> int | None:
    """Microseconds since the start in which some task waited for a processor. Take it twice; the difference counts."""
    found = pressure("cpu", roots)
    return found.total_us if found else None


def busy_seconds(roots: Roots = THIS_COMPUTER) -> float | None:
    """Seconds since the start that all processors together were busy, whoever used them, stolen time included.

    The kernel counts in ticks, of 10 ms as a rule: that is how exact a difference of two can be.
    """
    ticks = _ticks(roots)
    per_second = or_none(lambda: os.sysconf("SC_CLK_TCK"))
    if ticks and per_second and per_second > 0:
        return sum(ticks[column] for column in BUSY_COLUMNS if column < len(ticks)) / per_second
    return _busy_by_psutil() if roots.is_this_computer and not ticks else None


def _ticks(roots: Roots) -> list[int] | None:
    """The numbers of the first line; None also when all are 0, as in sandboxes that only pretend to have the file."""
    name, *columns = next(iter((text(roots.proc / "stat") or "").splitlines()), "").split() or [""]
    numbers = [number for number in map(whole, columns) if number is not None]
    usable = name == "cpu" and len(numbers) == len(columns) >= 4 and any(numbers)
    return numbers if usable else None


def _busy_by_psutil() -> float | None:
    times = or_none(psutil.cpu_times)
    return sum(getattr(times, name, 0.0) for name in BUSY_NAMES) or None if times else None


def _means(roots: Roots) -> tuple[float | None, float | None, float | None]:
    found = [decimal(word) for word in (text(roots.proc / "loadavg") or "").split()[:3]]
    if len(found) == 3:
        return found[0], found[1], found[2]
    answer = or_none(os.getloadavg) if roots.is_this_computer else None
    return answer or (None, None, None)


def _pairs(row: str) -> dict[str, str]:
    return fields("\n".join(row.split()), "=")
