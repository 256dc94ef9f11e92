"""How far an unfinished run is, for the pages that show it."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.runs.models import Run
from app.service import Service


async def unfinished(service: Service, probes: Iterable[str]) -> Run | None:
    """The first run of one of these probes that waits or runs."""
    wanted = frozenset(probes)
    return next((run for run, _ in await service.runs.store.unfinished() if run.probe in wanted), None)


async def progress_of(service: Service, run: Run | None) -> Mapping[str, Any] | None:
    """The last progress that a run told of; None when it is over or has told nothing yet."""
    if run is None or run.over:
        return None
    told = [event.data for event in await service.runs.store.events(run.id, 0) if event.kind == "progress"]
    return told[-1] if told else None
