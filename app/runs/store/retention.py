"""Letting old runs go, so that the history does not fill the disk."""

from collections.abc import Sequence

from sqlalchemy import ScalarSelect, Select, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.runs.models import FINAL
from app.runs.store.boundary import writing
from app.runs.store.database import Database, Lock
from app.runs.store.stored_verdicts import WHOLE_FROM, clear
from app.runs.store.tables import FindingRow, MarkRow, RunRow

BATCH = 50
"""Runs that go in one transaction, so that nobody waits long for it."""


class Retention:
    """The part of the store that forgets."""

    database: Database

    @writing
    async def let_go(self, keep: int) -> int:
        """Delete the oldest runs beyond the newest `keep`, a few at a time; how many went.

        What has not ended stays, and so does a run whose finding is the newest on its subject: no verdict vanishes
        because others were asked for more often.
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
    last_finding = select(func.max(FindingRow.number)).scalar_subquery()
    needed = exists().where(
        FindingRow.run == RunRow.number,
        (FindingRow.number == last_finding) | (clear() & _followed_by(FindingRow).is_(None)),
    )
    return (
        select(RunRow.number)
        .where(RunRow.number < first_kept, RunRow.status.in_(FINAL), ~needed)
        .order_by(RunRow.number)
        .limit(BATCH)
    )


def _followed_by(row: type[FindingRow]) -> ScalarSelect[int]:
    """The number of the next finding on the same subject that counts."""
    later = aliased(FindingRow)
    return (
        select(func.min(later.number))
        .where(later.kind == row.kind, later.subject == row.subject, later.number > row.number, clear(later))
        .correlate(row)
        .scalar_subquery()
    )


async def _mark(session: AsyncSession, runs: Sequence[int]) -> None:
    """Note from which number on the findings are whole when these runs are gone: each of theirs has been followed."""
    gone = select(func.max(_followed_by(FindingRow))).where(FindingRow.run.in_(runs), clear())
    whole_from = (await session.execute(gone)).scalar_one()
    mark = await session.get(MarkRow, WHOLE_FROM)
    if whole_from is None:
        return
    if mark is None:
        session.add(MarkRow(name=WHOLE_FROM, value=whole_from))
    else:
        mark.value = max(mark.value, whole_from)
