"""How many runs one client may start: kept in the database, so that all replicas count together.

The generic cell rate algorithm (GCRA): of each client one moment is kept, the one at which all that it may start at
once is there again. A start moves it on by one interval; a start that would move it too far ahead is refused. Nothing
says who a client is: its address goes through a keyed hash whose key is replaced daily.
"""

import asyncio
import contextlib
import hashlib
import math
import secrets
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Float, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.errors import NotReady, StartedTooOften
from app.runs.store.boundary import writing
from app.runs.store.database import Database
from app.runs.store.tables import AllowanceRow, Base, ClientKeyRow

HOUR, DAY = 3_600.0, 86_400.0

AT_ONCE = 5
"""A fifth of what may be started in an hour may be started at once."""

CLOCK_SECONDS = 1.0
"""What a moment may lie beyond the furthest one possible; further out, the clock was set back, and it says nothing."""

TIDY_SECONDS = 60.0


class DatabaseClock(FunctionElement[float]):
    """The database's clock, in seconds since 1970; the same throughout a statement."""

    type = Float()
    inherit_cache = True


@compiles(DatabaseClock, "sqlite")
def _clock_of_sqlite(element: DatabaseClock, compiler: SQLCompiler, **named: Any) -> str:  # noqa: ARG001
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(DatabaseClock, "postgresql")
def _clock_of_postgresql(element: DatabaseClock, compiler: SQLCompiler, **named: Any) -> str:  # noqa: ARG001
    return "extract(epoch from statement_timestamp())::double precision"


NOW: ColumnElement[float] = DatabaseClock()


class Allowances:
    """What clients may start.

    Attributes:
        at_once: how many runs one client may start at once.
        interval: after how many seconds each there is one more. No hour has more than `per_hour`.
        ahead: how many seconds ahead a client's moment may lie.
    """

    def __init__(self, database: Database, per_hour: int) -> None:
        self.database = database
        self.at_once = max(1, per_hour // AT_ONCE)
        self.interval = HOUR / max(1, per_hour - self.at_once)
        self.ahead = self.at_once * self.interval

    @writing
    async def take(self, client: str) -> None:
        """Count a start.

        Raises:
            StartedTooOften: it would be one too many. It says when the next one will not be.
            NotReady: the database does not answer.
        """
        async with self.database.writing() as session:
            key = await _key_of(session, client)
            taken = await session.execute(self._one_more(session, key))
            if taken.scalar_one_or_none() is None:
                raise StartedTooOften(await self._until_next(session, key))

    @writing
    async def give_back(self, client: str) -> None:
        """Forget a start that came to nothing. Raises NotReady where the database does not answer."""
        async with self.database.writing() as session:
            key = await _key_of(session, client)
            earlier = AllowanceRow.whole_at - self.interval
            await session.execute(update(AllowanceRow).where(AllowanceRow.client == key).values(whole_at=earlier))

    @writing
    async def tidy(self) -> None:
        """Delete what limits nobody any more, and the keys of other days. Raises NotReady."""
        async with self.database.writing() as session:
            beyond = NOW + self.ahead + CLOCK_SECONDS
            await session.execute(
                delete(AllowanceRow).where(or_(AllowanceRow.whole_at <= NOW, AllowanceRow.whole_at > beyond))
            )
            await session.execute(delete(ClientKeyRow).where(ClientKeyRow.day != await _today(session)))

    async def keep_tidy(self) -> None:
        """Tidy up now and then, until cancelled."""
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            with contextlib.suppress(NotReady):  # out of reach for a while; the next time will do
                await self.tidy()

    def _one_more(self, session: AsyncSession, key: bytes) -> Any:
        """The statement that counts one more start, and returns nothing when it would be one too many."""
        kept = AllowanceRow.whole_at
        counts = kept.between(NOW, NOW + self.ahead + CLOCK_SECONDS)
        moved = case((counts, kept), else_=NOW) + self.interval
        first = _insert(session)(AllowanceRow).values(client=key, whole_at=NOW + self.interval)
        return first.on_conflict_do_update(
            index_elements=[AllowanceRow.client], set_={"whole_at": moved}, where=moved <= NOW + self.ahead
        ).returning(AllowanceRow.client)

    async def _until_next(self, session: AsyncSession, key: bytes) -> int:
        """In how many seconds, rounded up, a client may start a run again."""
        ahead = await session.scalar(select(AllowanceRow.whole_at - NOW).where(AllowanceRow.client == key))
        return max(1, math.ceil((ahead or 0.0) + self.interval - self.ahead + 0.01))


async def _key_of(session: AsyncSession, client: str) -> bytes:
    """What stands for a client today."""
    day = await _today(session)
    new = _insert(session)(ClientKeyRow).values(day=day, key=secrets.token_bytes(32))
    await session.execute(new.on_conflict_do_nothing())  # another replica may have come first
    key = (await session.execute(select(ClientKeyRow.key).where(ClientKeyRow.day == day))).scalar_one()
    return hashlib.blake2b(client.encode(), key=key, digest_size=16).digest()


async def _today(session: AsyncSession) -> int:
    """The number of the day in UTC, by the database's clock."""
    return int((await session.execute(select(NOW))).scalar_one() // DAY)


def _insert(session: AsyncSession) -> Callable[[type[Base]], sqlite.Insert | postgresql.Insert]:
    """The insertion of this database that knows what to do with what is there already."""
    return sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
