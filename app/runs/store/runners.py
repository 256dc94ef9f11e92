"""Who executes runs out of a database that several machines share."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, func, select, update

from app.runs.store.boundary import reading, writing
from app.runs.store.database import Database
from app.runs.store.tables import RunnerRow, RunRow


@dataclass(frozen=True)
class LastBeat:
    """Where a runner is, and when it last said that it lives, by the database's clock."""

    place: str
    at: datetime


class RunnerStore:
    """The part of the store that knows the runners."""

    database: Database

    @writing
    async def beat(self, runner: str, place: str) -> None:
        """Say that a runner lives."""
        async with self.database.writing() as session:
            known = await session.execute(
                update(RunnerRow)
                .where(RunnerRow.name == runner)
                .values(seen_at=func.clock_timestamp())
                .returning(RunnerRow.name)
            )
            if known.scalar_one_or_none() is None:
                session.add(RunnerRow(name=runner, place=place, seen_at=func.clock_timestamp()))

    @reading
    async def runners(self) -> dict[str, LastBeat]:
        """When each runner was last seen."""
        async with self.database.reading() as session:
            rows = (await session.execute(select(RunnerRow))).scalars().all()
            return {row.name: LastBeat(row.place, row.seen_at) for row in rows}

    @writing
    async def leave(self, *runners: str) -> None:
        """Forget runners, but for those that still hold a run."""
        holds = exists().where(RunRow.runner == RunnerRow.name, RunRow.status == "running")
        async with self.database.writing() as session:
            await session.execute(delete(RunnerRow).where(RunnerRow.name.in_(runners), ~holds))
