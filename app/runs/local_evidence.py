"""This server's findings as the advice takes them: the only thing that passes from the runs to the advice."""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.errors import FieldProblem, InvalidFields, NotReady
from app.knowledge.local_evidence import AS_SHIPPED, CheckedHere, LocalEvidence, MeasuredHere
from app.runs.models import Finding, Speed
from app.runs.store.store import Store

LOOK_AGAIN_SECONDS = 1.0
"""How old the newest revision may be: another process, such as the command line, may have found something."""

PATIENCE_SECONDS = 2.0
"""How long an answer waits for the store before it goes without the newest findings."""

AWAY_SECONDS = 3.0
"""How long the store is left alone after it could not be reached."""

KEPT = 8


@dataclass
class LocalEvidenceReader:
    """Reads findings from the store, and keeps those of the last few revisions.

    While the store cannot be reached, the newest that are known stand: what needs no more than these is answered.
    """

    store: Store

    def __post_init__(self) -> None:
        self._kept: dict[int, LocalEvidence] = {0: AS_SHIPPED}
        self._newest, self._look_at = AS_SHIPPED, float("-inf")
        self._look: asyncio.Task[None] | None = None
        self.behind = False
        """Whether the store could not be reached, so that something newer may have been found."""

    async def newest(self) -> LocalEvidence:
        """Everything that was found until now, or until a second ago; or until the store was last reached."""
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
            with contextlib.suppress(InvalidFields):  # newer ones came, and old ones went, between the two questions
                return await self.until(revision)

    async def at(self, revision: int | None) -> LocalEvidence:
        """The newest findings, or those until a revision.

        Raises:
            InvalidFields: the server has not found as much, or has let go what belongs to it.
            NotReady: the store cannot be reached, and these findings are not at hand.
        """
        newest = await self.newest()
        if revision is None:
            return newest
        if revision > newest.revision and revision not in self._kept:
            if self.behind:
                raise NotReady("The store of runs cannot be reached, and with it the findings that the link names.")
            raise _not_here(f"this server's newest finding is number {newest.revision}")
        return await self.until(revision)

    async def until(self, revision: int) -> LocalEvidence:
        """Everything that was found until finding number `revision`, as it stays for ever.

        Raises:
            InvalidFields: runs that belong to it are kept no longer.
            NotReady: the store cannot be reached.
        """
        if revision not in self._kept:
            found, whole_from = await self.store.known_after(revision)
            if revision < whole_from:
                text = f"runs behind finding {revision} are kept no longer; what is known is whole from {whole_from} on"
                raise _not_here(text)
            if len(self._kept) > KEPT:
                self._kept = {0: AS_SHIPPED}
            self._kept[revision] = _findings(revision, found)
        return self._kept[revision]


def _not_here(message: str) -> InvalidFields:
    return InvalidFields([FieldProblem("verdicts", message, ("shipped",))])


def _findings(revision: int, found: Sequence[Finding]) -> LocalEvidence:
    claims = {one.subject: _checked(one) for one in found if one.kind == "claim"}
    return LocalEvidence(revision, claims, _measured([one for one in found if one.kind == "speed"]))


def _checked(found: Finding) -> CheckedHere:
    return CheckedHere(
        verdict=found.data["verdict"],
        reason=found.data["reason"],
        on=found.found_at.date(),
        run=found.run,
        versions=found.data["versions"],
    )


def _measured(found: Sequence[Finding]) -> Mapping[str, MeasuredHere]:
    """The speeds whose newest measurement names a winner."""
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
