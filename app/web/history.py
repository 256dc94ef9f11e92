"""What routes read of earlier runs. Pages do without the store while it cannot be reached."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from app.errors import NotReady
from app.runs.local_evidence import LocalEvidenceReader
from app.runs.models import Run, StoredVerdict
from app.runs.store.boundary import SLOW
from app.runs.store.store import Store

T = TypeVar("T")

RECENT = 10
"""So many runs or verdicts, the newest ones, are shown on a page."""


class History:
    """The runs in the store. Without the store everything but `page` is empty, after no more than a short wait."""

    def __init__(self, store: Store, evidence: LocalEvidenceReader) -> None:
        self._store, self._evidence = store, evidence

    async def page(self, number: int, size: int, probe: str | None = None) -> tuple[list[Run], int]:
        """A page of the runs, newest first, and the number of all runs.

        Raises:
            NotReady: the store cannot be reached.
        """
        return await self._store.page(number, size, probe)

    async def recent(self, probe: str | None = None) -> Sequence[Run]:
        """The newest runs, of all probes or of one."""
        page = await self._read(lambda: self._store.page(1, RECENT, probe))
        return page[0] if page else ()

    async def run(self, id: str) -> Run | None:
        return await self._read(lambda: self._store.get(id))

    async def unfinished(self, probes: Iterable[str]) -> Run | None:
        """The first run of one of these probes that is queued or running."""
        wanted = frozenset(probes)
        runs = await self._read(self._store.unfinished) or ()
        return next((run for run, _ in runs if run.probe in wanted), None)

    async def progress(self, run: Run | None) -> Mapping[str, Any] | None:
        """The last progress that a run reported; None when it is over or has reported nothing yet."""
        if run is None or run.over:
            return None
        events = await self._read(lambda: self._store.events(run.id, 0)) or ()
        reported = [event.data for event in events if event.kind == "progress"]
        return reported[-1] if reported else None

    async def verdicts_on(self, claim: str) -> Sequence[StoredVerdict]:
        """This server's newest verdicts on a claim."""
        return await self._read(lambda: self._store.verdicts_on("claim", claim, RECENT)) or ()

    @property
    def notice(self) -> str | None:
        """A sentence for pages on a store that cannot be read; None while it can."""
        trouble = self._store.database.troubles.get("read")
        if not self._evidence.behind and trouble is None:
            return None
        return (
            f"The store of runs {trouble or SLOW} at the moment. Verdicts of this server may be missing here; "
            "everything else is complete."
        )

    async def _read(self, read: Callable[[], Awaitable[T]]) -> T | None:
        """What the store answers; None while it cannot be reached, without waiting for long."""
        await self._evidence.newest()
        if self._evidence.behind:
            return None
        try:
            return await read()
        except NotReady:
            return None
