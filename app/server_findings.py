"""This server's findings as the advice takes them: the only thing that passes from the runs to the advice."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.errors import FieldProblem, InvalidFields
from app.knowledge.findings import AS_SHIPPED, CheckedHere, Findings, MeasuredHere
from app.runs.models import Finding, Speed
from app.runs.store.store import Store

CLEAR_VERDICTS = ("confirmed", "partly", "refuted")
"""What could not be tested here leaves the shipped status as it is."""

WORTHY_OF_NOTE = ("pytorch_faster", "tensorflow_faster", "no_difference", "inconclusive")
"""A measurement that was disturbed, or compared nothing, does not take back an earlier one."""

LOOK_AGAIN_SECONDS = 1.0
"""How old the newest revision may be: another process, such as the command line, may have found something."""

KEPT = 8


@dataclass
class ServerFindings:
    """Reads findings from the store, and keeps those of the last few revisions."""

    store: Store

    def __post_init__(self) -> None:
        self._kept: dict[int, Findings] = {0: AS_SHIPPED}
        self._revision, self._looked = 0, float("-inf")

    async def newest(self) -> Findings:
        """Everything that was found until now, or until a second ago."""
        if time.monotonic() - self._looked > LOOK_AGAIN_SECONDS:
            self._revision, self._looked = await self.store.revision(), time.monotonic()
        return await self.until(self._revision)

    async def at(self, revision: int | None) -> Findings:
        """The newest findings, or those until a revision.

        Raises:
            InvalidFields: the server has not found as much.
        """
        newest = await self.newest()
        if revision is None:
            return newest
        if revision > newest.revision:
            message = f"this server's newest finding is number {newest.revision}"
            raise InvalidFields([FieldProblem("verdicts", message, ("shipped",))])
        return await self.until(revision)

    async def until(self, revision: int) -> Findings:
        """Everything that was found until finding number `revision`, as it stays for ever."""
        if revision not in self._kept:
            if len(self._kept) > KEPT:
                self._kept = {0: AS_SHIPPED}
            self._kept[revision] = await self._read(revision)
        return self._kept[revision]

    async def _read(self, revision: int) -> Findings:
        claims = await self.store.newest("claim", CLEAR_VERDICTS, revision)
        speeds = await self.store.newest("speed", WORTHY_OF_NOTE, revision)
        return Findings(revision, {one.subject: _checked(one) for one in claims}, _measured(speeds))


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
