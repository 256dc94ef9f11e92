"""Bring a database's tables to what this version needs, in one transaction that only one process at a time makes."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from app.errors import UnusableSetting
from app.runs.store.address import Address
from app.runs.store.boundary import LOCKED, STORE_ERRORS, trouble_of
from app.runs.store.database import LOCKS, Lock, blocking_engine

MIGRATIONS = Path(__file__).parent / "migrations"

WAIT_SECONDS = 60
"""How long a start waits for another one that is bringing the same database up to date."""

T = TypeVar("T")


def migrate(address: Address, to: str = "head") -> None:
    """Apply the migrations that are missing. Blocks; meant for the start.

    Raises:
        UnusableSetting: the database cannot be reached or written, or is newer than this version.
    """
    engine = blocking_engine(address, WAIT_SECONDS)
    try:
        if address.kind == "sqlite":
            _patiently(lambda: _begin_log(engine))
        with engine.begin() as connection:
            if address.kind == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCKS}, {Lock.MIGRATIONS:d})"))
            _upgrade(connection, to)
    except (*STORE_ERRORS, ImportError) as error:
        raise UnusableSetting(_said(address, error)) from None
    finally:
        engine.dispose()


def _upgrade(connection: Connection, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    newer = sorted(set(MigrationContext.configure(connection).get_current_heads()) - known)
    if newer:
        raise UnusableSetting(
            f"TIEBREAK_DATABASE_URL: the database is of a newer version of Tiebreak: its tables are of revision "
            f"{newer[0]}, this version knows those until {max(known)}"
        )
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    connection.execute(text("UPDATE alembic_version SET version_num = version_num"))  # or it cannot be written


def _begin_log(engine: Engine) -> None:
    """Have SQLite write ahead in a log of its own: readers do not wait for the writer. The file remembers it."""
    driver = engine.raw_connection()
    try:
        driver.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        driver.close()


def _patiently(do: Callable[[], T]) -> T:
    """SQLite does not wait by itself where two begin the log at once."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return do()
        except STORE_ERRORS as error:
            if trouble_of(error) != LOCKED or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _said(address: Address, error: Exception) -> str:
    """What is wrong with the database, without the password, should a driver repeat it."""
    reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    password = address.url.password
    if password:
        reason = reason.replace(str(password), "…")
    return f"TIEBREAK_DATABASE_URL: the database at {address} cannot be used: {reason}"
