"""Careful readers: what is missing, unreadable or nonsense is None, never an exception."""

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil

MAX_BYTES = 8 * 1024**2
"""No more of a file or of a program's output is read: /proc/cpuinfo of a thousand processors is a quarter of it."""

MAX_LINE = 200
"""Characters kept of a name or a version line."""

MAX_CPU = 65_535
"""The greatest processor number that is believed; Linux ends far below it."""

UNKNOWABLE = (OSError, ValueError, AttributeError, NotImplementedError, RuntimeError, psutil.Error)
"""What `os`, `platform` and `psutil` raise where a system cannot answer; `AttributeError` where it lacks the call."""

T = TypeVar("T")


def text(path: Path) -> str | None:
    """The text of a file; bytes that are not UTF-8 are replaced."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return None


def line(path: Path) -> str | None:
    """The first line of a file, as `clean` leaves it."""
    return clean(text(path))


def exists(path: Path) -> bool:
    """Whether there is such a file or folder, as far as the service can see."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def clean(value: str | None) -> str | None:
    """The first line of a text without unprintable signs, no longer than `MAX_LINE`; None when nothing is left."""
    first = next(iter((value or "").strip().splitlines()), "")
    return "".join(sign for sign in first if sign.isprintable()).strip()[:MAX_LINE] or None


def whole(value: str | None) -> int | None:
    """A whole number from 0 on, decimal and in ASCII digits; of at most 20 digits, which is 64 bits."""
    found = (value or "").strip()
    return int(found) if re.fullmatch(r"[0-9]{1,20}", found) else None


def decimal(value: str | None) -> float | None:
    """A finite number from 0 on, such as `0.26`."""
    found = (value or "").strip()
    if not re.fullmatch(r"[0-9]{1,20}(\.[0-9]{0,20})?", found):
        return None
    return float(found)


def number_in(path: Path) -> int | None:
    """The whole number that a file holds."""
    return whole(text(path))


def cpu_list(value: str | None) -> tuple[int, ...] | None:
    """Processor numbers in the kernel's notation: `0-2,8` is (0, 1, 2, 8). None unless all of it can be read."""
    numbers: set[int] = set()
    for part in (value or "").strip().split(","):
        match = re.fullmatch(r"([0-9]{1,5})(?:-([0-9]{1,5}))?", part)
        if not match or int(match[2] or match[1]) > MAX_CPU:
            return None
        numbers.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    return tuple(sorted(numbers)) or None


def fields(value: str | None, separator: str = ":") -> dict[str, str]:
    """Lines of `name: value` as a mapping. Other lines are passed over; of several with one name the first counts."""
    found: dict[str, str] = {}
    for row in (value or "").splitlines():
        name, between, rest = row.partition(separator)
        if between:
            found.setdefault(name.strip(), rest.strip())
    return found


def or_none(question: Callable[[], T]) -> T | None:
    """The answer of `os`, `platform` or `psutil`; None where this system has none."""
    try:
        return question()
    except UNKNOWABLE:
        return None


def positive(value: float | None) -> float | None:
    """A finite number above 0: psutil says 0 for a clock rate that it does not know."""
    return value if value is not None and math.isfinite(value) and value > 0 else None
