"""Bring a database's tables to what this version needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from app.errors import UnusableSetting

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: str) -> None:
    """Apply the migrations that are missing. Blocks; meant for the start.

    Raises:
        UnusableSetting: the database cannot be reached, or is newer than this version.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        engine = create_engine(_blocking(url))
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        engine.dispose()
    except (ArgumentError, SQLAlchemyError, ImportError) as error:
        reason = str(error).splitlines()[0]
        raise UnusableSetting(f"TIEBREAK_DATABASE_URL: the database cannot be used: {reason}") from None


def _blocking(url: str) -> str:
    """The same database through a driver that blocks."""
    parsed = make_url(url)
    return parsed.set(drivername=parsed.drivername.replace("+aiosqlite", "")).render_as_string(hide_password=False)
