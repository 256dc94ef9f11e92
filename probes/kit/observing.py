"""What a capability probe returns, and how it records errors and warnings."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

Observation = dict[str, Any]
"""What was seen, as JSON: text, finite numbers, booleans, None, lists and dictionaries of these."""


def plain(text: str) -> str:
    """A message without the colours that some libraries write for terminals, and not endless."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)[:2000]


def raised(action: Callable[[], object]) -> dict[str, str] | None:
    """The error that an action ends with, as its type and message; None when it ends well.

    An ImportError is not caught: a missing package says nothing about the framework.
    """
    try:
        action()
    except ImportError:
        raise
    except Exception as error:
        return {"type": type(error).__name__, "message": plain(str(error))}
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
