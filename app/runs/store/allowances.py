"""How many runs one client may start: kept in the database, so that all replicas count together.

The generic cell rate algorithm (GCRA): of each client one moment is kept, the one at which all that it may start at
once is there again. A start moves it on by one interval; a start that would move it too far ahead is refused. Nothing
says who a client is: its address goes through a keyed hash whose key is replaced daily.
"""

import asyncio
import hashlib
import logging
import math
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import ColumnElement, Float, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.errors import NotReady, StartedTooOften
from app.runs.store.tables import AllowanceRow, Base, ClientKeyRow

HOUR, DAY = 3_600.0, 86_400.0

AT_ONCE = 5
"""A fifth of what may be started in an hour may be started at once."""

CLOCK_SECONDS = 1.0
"""What a moment may lie beyond the furthest one possible; further out, the clock was set back, and it says nothing."""

TIDY_SECONDS = 60.0

log = logging.getLogger("tiebreak.runs")


class Moment(FunctionElement[float]):
    """The database's clock, in seconds since 1970; the same throughout a statement."""

    type = Float()
    inherit_cache = True


@compiles(Moment, "sqlite")
def _moment_of_sqlite(element: Moment, compiler: SQLCompiler, **named: Any) -> str:  # noqa: ARG001
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(Moment, "postgresql")
def _moment_of_postgresql(element: Moment, compiler: SQLCompiler, **named: Any) -> str:  # noqa: ARG001
    return "extract(epoch from statement_timestamp())::double precision"


NOW: ColumnElement[float] = Moment()


class Allowances:
    """What clients may start.

    Attributes:
        at_once: how many runs one client may start at once.
        interval: after how many seconds each there is one more. No hour has more than `per_hour`.
        ahead: how many seconds ahead a client's moment may lie.
    """

    def __init__(self, sessions: async_sessionmaker[AsyncSession], per_hour: int) -> None:
        self._sessions = sessions
        self.at_once = max(1, per_hour // AT_ONCE)
        self.interval = HOUR / max(1, per_hour - self.at_once)
        self.ahead = self.at_once * self.interval

    async def take(self, client: str) -> None:
        """Count a start.

        Raises:
            StartedTooOften: it would be one too many. It says when the next one will not be.
            NotReady: the database does not answer.
        """
        key = await self._key_of(client)
        async with self._reaching() as session:
            taken = await session.execute(self._one_more(session, key))
            if taken.scalar_one_or_none() is None:
                raise StartedTooOften(await self._until_next(session, key))

    async def give_back(self, client: str) -> None:
        """Forget a start that came to nothing.

        Raises:
            NotReady: the database does not answer.
        """
        key = await self._key_of(client)
        async with self._reaching() as session:
            earlier = AllowanceRow.whole_at - self.interval
            await session.execute(update(AllowanceRow).where(AllowanceRow.client == key).values(whole_at=earlier))

    async def tidy(self) -> None:
        """Delete what limits nobody any more, and the keys of other days."""
        async with self._sessions.begin() as session:
            day = _day(await session.scalar(select(NOW)))
            beyond = NOW + self.ahead + CLOCK_SECONDS
            await session.execute(
                delete(AllowanceRow).where(or_(AllowanceRow.whole_at <= NOW, AllowanceRow.whole_at > beyond))
            )
            await session.execute(delete(ClientKeyRow).where(ClientKeyRow.day != day))

    async def keep_tidy(self) -> None:
        """Tidy up now and then, until cancelled."""
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            try:
                await self.tidy()
            except (SQLAlchemyError, OSError):  # out of reach for a while; the next time will do
                log.warning("what clients have started could not be tidied up")

    @asynccontextmanager
    async def _reaching(self) -> AsyncIterator[AsyncSession]:
        try:
            async with self._sessions.begin() as session:
                yield session
        except (SQLAlchemyError, OSError):
            raise NotReady("The store of runs cannot be reached.") from None

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

    async def _key_of(self, client: str) -> bytes:
        """What stands for a client today."""
        day, key = await self._key_of_today()
        while key is None:
            async with self._reaching() as session:
                new = _insert(session)(ClientKeyRow).values(day=day, key=secrets.token_bytes(32))
                await session.execute(new.on_conflict_do_nothing())  # another replica may have come first
            day, key = await self._key_of_today()
        return hashlib.blake2b(client.encode(), key=key, digest_size=16).digest()

    async def _key_of_today(self) -> tuple[int, bytes | None]:
        async with self._reaching() as session:
            day = _day(await session.scalar(select(NOW)))
            return day, await session.scalar(select(ClientKeyRow.key).where(ClientKeyRow.day == day))


def _insert(session: AsyncSession) -> Callable[[type[Base]], sqlite.Insert | postgresql.Insert]:
    """The insertion of this database that knows what to do with what is there already."""
    return sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert


def _day(moment: float | None) -> int:
    """The number of the day in UTC."""
    return int((moment or 0.0) // DAY)
