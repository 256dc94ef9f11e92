"""The verdicts of this server's runs in the form that the advice takes. Nothing else passes from runs to advice."""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.errors import FieldProblem, InvalidFields, NotReady
from app.knowledge.local_evidence import AS_SHIPPED, CheckedHere, LocalEvidence, MeasuredHere
from app.runs.models import Speed, StoredVerdict
from app.runs.store.store import Store

LOOK_AGAIN_SECONDS = 1.0
"""For how long the newest evidence is used again. Another process, such as the command line, may store verdicts too."""

PATIENCE_SECONDS = 2.0
"""How long an answer waits for the store before it does without the newest verdicts."""

AWAY_SECONDS = 3.0
"""How long the store is left alone after it could not be reached."""

KEPT = 8
"""How many revisions are kept in memory."""


@dataclass
class LocalEvidenceReader:
    """Reads the local evidence from the store and keeps the last few revisions.

    While the store cannot be reached, the newest evidence that was read stays in use.

    Attributes:
        behind: the store could not be reached the last time, so newer verdicts may be missing.
    """

    store: Store

    def __post_init__(self) -> None:
        self._kept: dict[int, LocalEvidence] = {0: AS_SHIPPED}
        self._newest, self._look_at = AS_SHIPPED, float("-inf")
        self._look: asyncio.Task[None] | None = None
        self.behind = False

    async def newest(self) -> LocalEvidence:
        """The newest evidence, at most a second old while the store can be reached."""
        if time.monotonic() >= self._look_at:
            if self._look is None or self._look.done():
                self._look = asyncio.create_task(self._look_again())
            if not self.behind:
                await asyncio.shield(self._look)
        return self._newest

    async def _look_again(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                self._newest = await self._read_newest()
        except (NotReady, TimeoutError):
            self.behind, self._look_at = True, time.monotonic() + AWAY_SECONDS
        else:
            self.behind, self._look_at = False, time.monotonic() + LOOK_AGAIN_SECONDS

    async def _read_newest(self) -> LocalEvidence:
        while True:
            revision = await self.store.revision()
            with contextlib.suppress(InvalidFields):  # verdicts came and went between the two reads: read again
                return await self.until(revision)

    async def at(self, revision: int | None) -> LocalEvidence:
        """The evidence of a revision, or the newest for None.

        Raises:
            InvalidFields: this server has no such revision yet, or no longer.
            NotReady: the store cannot be reached, and this revision is not in memory.
        """
        newest = await self.newest()
        if revision is None:
            return newest
        if revision > newest.revision and revision not in self._kept:
            if self.behind:
                raise NotReady(
                    "The store of runs cannot be reached, so the verdicts that the link names cannot be read."
                )
            raise _not_here(f"the newest verdict of this server has number {newest.revision}")
        return await self.until(revision)

    async def until(self, revision: int) -> LocalEvidence:
        """The evidence as it was after verdict number `revision`; it never changes.

        Raises:
            InvalidFields: some of its runs are deleted.
            NotReady: the store cannot be reached.
        """
        if revision not in self._kept:
            found, complete_from = await self.store.verdicts_at(revision)
            if revision < complete_from:
                raise _not_here(
                    f"runs behind verdict {revision} are deleted; {complete_from} is the first complete one"
                )
            if len(self._kept) > KEPT:
                self._kept = {0: AS_SHIPPED}
            self._kept[revision] = _evidence(revision, found)
        return self._kept[revision]


def _not_here(message: str) -> InvalidFields:
    return InvalidFields([FieldProblem("verdicts", message, ("shipped",))])


def _evidence(revision: int, found: Sequence[StoredVerdict]) -> LocalEvidence:
    claims = {one.subject: _checked(one) for one in found if one.kind == "claim"}
    return LocalEvidence(revision, claims, _measured([one for one in found if one.kind == "speed"]))


def _checked(found: StoredVerdict) -> CheckedHere:
    return CheckedHere(
        verdict=found.data["verdict"],
        reason=found.data["reason"],
        on=found.found_at.date(),
        run=found.run,
        versions=found.data["versions"],
    )


def _measured(found: Sequence[StoredVerdict]) -> Mapping[str, MeasuredHere]:
    """The workloads whose newest measurement names a winner."""
    speeds = {}
    for one in found:
        speed = Speed.model_validate(one.data)
        if speed.verdict in ("pytorch_faster", "tensorflow_faster") and speed.ratio and speed.ci95:
            speeds[one.subject] = MeasuredHere(
                favours="pytorch" if speed.verdict == "pytorch_faster" else "tensorflow",
                ratio=speed.ratio,
                interval=speed.ci95,
                on=one.found_at.date(),
                run=one.run,
                versions=speed.versions,
            )
    return speeds
