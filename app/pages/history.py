"""What pages show of the history: the newest runs, and how far an unfinished one is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.runs.models import Run
from app.web.service import Service

HISTORY = 10


async def unfinished(service: Service, probes: Iterable[str]) -> Run | None:
    """The first run of one of these probes that waits or runs."""
    wanted = frozenset(probes)
    runs = await service.from_store(service.runs.store.unfinished) or ()
    return next((run for run, _ in runs if run.probe in wanted), None)


async def recent_runs(service: Service, probe: str | None = None) -> Sequence[Run]:
    """The newest runs, of all probes or of one."""
    page = await service.from_store(lambda: service.runs.store.page(1, HISTORY, probe))
    return page[0] if page else ()


async def progress_of(service: Service, run: Run | None) -> Mapping[str, Any] | None:
    """The last progress that a run told of; None when it is over or has told nothing yet."""
    if run is None or run.over:
        return None
    events = await service.from_store(lambda: service.runs.store.events(run.id, 0)) or ()
    told = [event.data for event in events if event.kind == "progress"]
    return told[-1] if told else None


def progress_text(progress: Mapping[str, Any] | None) -> str:
    """How far a run is: `3 of 10: PyTorch, one thread, about 20 s left`."""
    if progress is None:
        return "Waiting in the queue"
    counted = f"{progress['done']} of {progress['total']}: " if progress["total"] else ""
    left = "" if progress["seconds_left"] is None else f", about {progress['seconds_left']} s left"
    return f"{counted}{progress['text']}{left}"
