"""Deletes old runs, so that the history does not fill the disk."""

from collections.abc import Sequence

from sqlalchemy import ScalarSelect, Select, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.runs.models import FINAL
from app.runs.store.boundary import writing
from app.runs.store.database import Database, Lock
from app.runs.store.stored_verdicts import COMPLETE_FROM, clear
from app.runs.store.tables import MarkRow, RunRow, VerdictRow

BATCH = 50
"""How many runs one transaction deletes, so that nobody waits long for it."""


class Retention:
    """The part of the store that deletes old runs."""

    database: Database

    @writing
    async def let_go(self, keep: int) -> int:
        """Delete a few of the oldest runs beyond the newest `keep`, and return how many.

        Runs that have not ended stay. So do runs that hold the newest verdict on a subject: a verdict does not vanish
        because other probes run more often.
        """
        async with self.database.writing() as session:
            await self.database.hold(session, Lock.RETENTION)
            numbers = (await session.execute(_expendable(keep))).scalars().all()
            if numbers:
                await _mark(session, numbers)
                await session.execute(delete(RunRow).where(RunRow.number.in_(numbers)))
            return len(numbers)


def _expendable(keep: int) -> Select[int]:
    first_kept = select(RunRow.number).order_by(RunRow.number.desc()).limit(1).offset(keep - 1).scalar_subquery()
    last_verdict = select(func.max(VerdictRow.number)).scalar_subquery()
    needed = exists().where(
        VerdictRow.run == RunRow.number,
        (VerdictRow.number == last_verdict) | (clear() & _followed_by(VerdictRow).is_(None)),
    )
    return (
        select(RunRow.number)
        .where(RunRow.number < first_kept, RunRow.status.in_(FINAL), ~needed)
        .order_by(RunRow.number)
        .limit(BATCH)
    )


def _followed_by(row: type[VerdictRow]) -> ScalarSelect[int]:
    """The number of the next verdict on the same subject that counts."""
    later = aliased(VerdictRow)
    return (
        select(func.min(later.number))
        .where(later.kind == row.kind, later.subject == row.subject, later.number > row.number, clear(later))
        .correlate(row)
        .scalar_subquery()
    )


async def _mark(session: AsyncSession, runs: Sequence[int]) -> None:
    """Note the smallest complete revision once these runs are gone. Each of their verdicts has a newer one."""
    gone = select(func.max(_followed_by(VerdictRow))).where(VerdictRow.run.in_(runs), clear())
    complete_from = (await session.execute(gone)).scalar_one()
    mark = await session.get(MarkRow, COMPLETE_FROM)
    if complete_from is None:
        return
    if mark is None:
        session.add(MarkRow(name=COMPLETE_FROM, value=complete_from))
    else:
        mark.value = max(mark.value, complete_from)
