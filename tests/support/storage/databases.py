"""Where the tests' databases come from: an SQLite file, or a new database on the server that a variable names.

`TIEBREAK_TEST_DATABASE` is the address of a PostgreSQL server on which databases may be made, such as
`postgresql://tester@127.0.0.1:5433/postgres`; `.ci/postgres` starts one.
"""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from app.runs.store.address import Address, read_address
from app.runs.store.migration import migrate
from app.runs.store.store import Store

SERVER = os.environ.get("TIEBREAK_TEST_DATABASE")

POSTGRESQL = pytest.mark.skipif(SERVER is None, reason="needs PostgreSQL: .ci/postgres make postgres")

_made: dict[Path, str] = {}
_stores: list[Store] = []


def database_of(data: Path) -> str:
    """The address of the database that belongs to a data folder, for the length of a test."""
    if SERVER is None:
        data.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{data / 'tiebreak.db'}"
    if data not in _made:
        _made[data] = f"t_{secrets.token_hex(8)}"
        administer(f'CREATE DATABASE "{_made[data]}"')
    return read_address(SERVER).url.set(drivername="postgresql", database=_made[data]).render_as_string(False)


def address_of(data: Path) -> Address:
    """The same, as the store takes it."""
    return read_address(database_of(data))


def new_store(data: Path) -> Store:
    """A store on the database of a folder, which has all its tables; closed at the test's end."""
    migrate(address_of(data))
    return closed_later(Store(address_of(data)))


def closed_later(store: Store) -> Store:
    _stores.append(store)
    return store


def stored_bytes(data: Path) -> bytes:
    """Everything that is stored, as the database holds it, with the names of the tables."""
    if SERVER is None:
        return b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    with psycopg.connect(database_of(data)) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return b"".join(_copied(connection, table) for (table,) in tables)


def _copied(connection: "psycopg.Connection[Any]", table: str) -> bytes:
    statement = sql.SQL("COPY {} TO STDOUT (FORMAT BINARY)").format(sql.Identifier(table))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        return table.encode() + b"".join(bytes(block) for block in copy)


@contextmanager
def without_a_store(data: Path) -> Iterator[None]:
    """For as long as the block lasts nothing can be stored: a folder is in the file's place, or tables are locked."""
    if SERVER is not None:
        with psycopg.connect(database_of(data)) as connection:
            connection.execute("LOCK TABLE runs, events, verdicts, allowances IN ACCESS EXCLUSIVE MODE")
            yield
        return
    database, aside = data / "tiebreak.db", data / "aside"
    database.rename(aside)
    database.mkdir()
    try:
        yield
    finally:
        database.rmdir()
        aside.rename(database)


async def close_stores() -> None:
    while _stores:
        await _stores.pop().close()


def drop_databases() -> None:
    while _made:
        administer(f'DROP DATABASE IF EXISTS "{_made.popitem()[1]}" WITH (FORCE)')


def administer(statement: str) -> None:
    """Have the test server do something."""
    assert SERVER is not None
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def in_database(data: Path, *statements: str) -> Iterator[None]:
    """Another process that does something in the database of a folder, and ends its transaction with the block."""
    if SERVER is None:
        with closing(sqlite3.connect(data / "tiebreak.db", isolation_level=None)) as file:
            for statement in statements:
                file.execute(statement)
            yield
    else:
        with psycopg.connect(database_of(data), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())
            yield


def take_away(data: Path) -> None:
    """Have the database of a folder be no database any more."""
    if SERVER is None:
        for left in ("-wal", "-shm"):
            (data / f"tiebreak.db{left}").unlink(missing_ok=True)
        (data / "tiebreak.db").write_bytes(b"no database" * 1_000)
    else:
        administer(f'DROP DATABASE "{_made[data]}" WITH (FORCE)')
