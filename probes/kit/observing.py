"""What a capability probe returns, and how it records errors and warnings."""

from __future__ import annotations

import errno
import re
import warnings
from collections.abc import Callable
from typing import Any

Observation = dict[str, Any]
"""What was seen, as JSON: text, finite numbers, booleans, None, lists and dictionaries of these.

An entry may be a function without arguments: the worker calls it, and what it returns is the entry. What it raises is
the entry as well, so that one thing that a framework cannot do leaves the rest of the observation whole. Where the
machine or the worker's limits refuse (no memory, no space, too many files), the half ends instead.
"""


class Missing(ImportError):
    """What an experiment needs beside the frameworks and does not find here, as a noun: "C++ compiler (g++)", "GPU".

    It is taken as a missing package is: it says nothing about a framework.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"there is no {what} here", name=what)


def settled(value: Any) -> Any:
    """An observation with every function in it called, in order."""
    if callable(value):
        try:
            return settled(value())
        except Exception as error:
            if is_refusal(error):
                raise
            return error_record(error)
    if isinstance(value, dict):
        return {key: settled(part) for key, part in value.items()}
    return [settled(part) for part in value] if isinstance(value, (list, tuple)) else value


REFUSALS = (errno.EMFILE, errno.EFBIG, errno.ENOSPC, errno.ENOMEM)


def is_refusal(error: Exception) -> bool:
    """Whether the machine or the worker's limits refused something: the half ends with that as its reason."""
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in REFUSALS)


def error_record(error: Exception) -> dict[str, str]:
    """An error's type and message, and the module or the tool that was missing if that was it."""
    record = {"type": type(error).__name__, "message": plain(str(error))}
    return record | ({"missing": error.name} if isinstance(error, ImportError) and error.name else {})


def plain(text: str) -> str:
    """A message without the colours that some libraries write for terminals, and not endless."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)[:2000]


def raised(action: Callable[[], object]) -> dict[str, str] | None:
    """The error that an action ends with, as its type and message; None when it ends well.

    An ImportError is not caught, nor is a refusal of the machine's: neither says anything about the framework.
    """
    try:
        action()
    except ImportError:
        raise
    except Exception as error:
        if is_refusal(error):
            raise
        return error_record(error)
    return None


def warned(action: Callable[[], object]) -> list[dict[str, str]]:
    """The warnings that an action gives, each as its category and message, without doubles."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        action()
    seen: list[dict[str, str]] = []
    for warning in caught:
        entry = {"category": warning.category.__name__, "message": plain(str(warning.message))}
        if entry not in seen:
            seen.append(entry)
    return seen
