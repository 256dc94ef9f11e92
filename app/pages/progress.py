"""How far an unfinished run is, in words."""

from collections.abc import Mapping
from typing import Any


def progress_text(progress: Mapping[str, Any] | None) -> str:
    """How far a run is: `3 of 10: PyTorch, one thread, about 20 s left`."""
    if progress is None:
        return "Waiting in the queue"
    counted = f"{progress['done']} of {progress['total']}: " if progress["total"] else ""
    left = "" if progress["seconds_left"] is None else f", about {progress['seconds_left']} s left"
    return f"{counted}{progress['text']}{left}"
