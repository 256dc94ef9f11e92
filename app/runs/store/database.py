"""The connection to the database, on SQLite and on PostgreSQL: sessions that read, sessions that write, and locks."""

import json
import math
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from enum import IntEnum
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool

from app.runs.store.address import Address

BUSY_SECONDS = 5
"""How long a lock that somebody else holds is waited for."""
STATEMENT_SECONDS = 8
CONNECT_SECONDS = 5
POOL = 5
"""Connections that are kept open to PostgreSQL; as many again are opened when all are in use."""

LOCKS = 0x7EB4EA
"""The first half of the key of our advisory locks, so that they meet nobody else's."""


Way = Literal["read", "write"]


class Lock(IntEnum):
    """Work that only one transaction at a time may do on PostgreSQL. SQLite has a single writer anyway."""

    MIGRATIONS = 1
    QUEUE = 2
    VERDICTS = 3
    RETENTION = 4


class Database:
    """Where the history is.

    SQLite is opened anew for each transaction: that takes under a millisecond, ties nothing to an event loop, and a
    file that was put back is found again. PostgreSQL has a pool, whose connections are tried before they are used.

    `on_trouble` is called whenever an access fails; `troubles` holds what is the matter until one succeeds again.
    """

    def __init__(self, address: Address) -> None:
        self.kind = address.kind
        self.on_trouble: Callable[[], None] = lambda: None
        self.troubles: dict[Way, str] = {}
        self._engine = waiting_engine(address)
        self._reading = async_sessionmaker(self._engine, expire_on_commit=False)
        self._writing = async_sessionmaker(self._engine.execution_options(writing=True), expire_on_commit=False)

    @property
    def is_shared(self) -> bool:
        """Whether processes of several machines use it."""
        return self.kind == "postgresql"

    def reading(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A transaction that changes nothing."""
        return self._reading.begin()

    def writing(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A transaction that may read before it writes: on SQLite it is the only writer from its start."""
        return self._writing.begin()

    async def hold(self, session: AsyncSession, lock: Lock) -> None:
        """Be the only transaction that holds this lock, until it ends."""
        if self.is_shared:
            await session.execute(text(f"SELECT pg_advisory_xact_lock({LOCKS}, {lock:d})"))

    async def close(self) -> None:
        await self._engine.dispose()


def waiting_engine(address: Address) -> AsyncEngine:
    """An engine for the event loop."""
    if address.kind == "sqlite":
        engine = create_async_engine(
            address.waiting,
            poolclass=NullPool,
            connect_args=_SQLITE,
            json_serializer=json_text,
            hide_parameters=True,
        )
        _set_up_sqlite(engine.sync_engine)
        return engine
    return create_async_engine(
        address.waiting,
        pool_size=POOL,
        max_overflow=POOL,
        pool_timeout=BUSY_SECONDS,
        pool_pre_ping=True,
        connect_args=_postgresql(address.url, BUSY_SECONDS, STATEMENT_SECONDS),
        json_serializer=json_text,
        hide_parameters=True,  # what visitors sent is not for the log
    )


def blocking_engine(address: Address, lock_seconds: int) -> Engine:
    """An engine for the migrations, which may take long and wait for each other."""
    if address.kind == "sqlite":
        arguments = _SQLITE | {"timeout": lock_seconds}
        engine = create_engine(address.blocking, poolclass=NullPool, connect_args=arguments)
        _set_up_sqlite(engine)
        return engine.execution_options(writing=True)
    return create_engine(
        address.blocking, poolclass=NullPool, connect_args=_postgresql(address.url, lock_seconds, statement_seconds=0)
    )


_SQLITE: dict[str, Any] = {"timeout": BUSY_SECONDS, "isolation_level": None}
"""The driver begins no transaction by itself: we say of which kind it is."""


def _set_up_sqlite(engine: Engine) -> None:
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _on_connect(connection: Any, _: object) -> None:
    """Readers do not wait for the writer, and deleting a run deletes what belongs to it."""
    cursor = connection.cursor()
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    """A transaction that reads first and then wants to write would be refused when another has written meanwhile."""
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _postgresql(url: URL, lock_seconds: int, statement_seconds: int) -> dict[str, Any]:
    """Every wait has an end: for the server, for a lock, for a statement, and for a peer that is silently gone."""
    limits = {
        "lock_timeout": lock_seconds * 1000,
        "statement_timeout": statement_seconds * 1000,
        "idle_in_transaction_session_timeout": 60_000,
    }
    theirs = url.query.get("options", "")
    options = [theirs if isinstance(theirs, str) else " ".join(theirs), *(f"-c {k}={v}" for k, v in limits.items())]
    return {
        "connect_timeout": CONNECT_SECONDS,
        "options": " ".join(options).strip(),
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        "prepare_threshold": None,  # so that a pooler may stand between
        "application_name": "tiebreak",
    }


def json_text(value: Any) -> str:
    """JSON as the standard has it: PostgreSQL takes no Infinity, and pydantic reads the word as the number."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(_with_words(value))


def _with_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_words(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_with_words(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
