"""The address of the database: what is accepted, and how each driver wants to hear it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.errors import UnusableSetting

DatabaseKind = Literal["sqlite", "postgresql"]

KINDS: dict[str, DatabaseKind] = {
    "sqlite": "sqlite",
    "sqlite+aiosqlite": "sqlite",
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "postgresql+psycopg": "postgresql",
}
"""What an address may start with."""

EXAMPLES = "sqlite:////data/tiebreak.db or postgresql://user@host/database"


@dataclass(frozen=True)
class Address:
    """Where a database is. The password in it is never printed."""

    kind: DatabaseKind
    url: URL = field(repr=False)

    def __str__(self) -> str:
        return self.url.render_as_string(hide_password=True)

    @property
    def waiting(self) -> URL:
        """For the event loop: SQLite opens only a file that is there, so that a vanished one is not replaced."""
        return self.url.set(drivername="sqlite+aiosqlite").update_query_dict({"mode": "rw"}) if self._file else self.url

    @property
    def blocking(self) -> URL:
        """For the migrations, which make the file if there is none."""
        return self.url.set(drivername="sqlite").update_query_dict({"mode": "rwc"}) if self._file else self.url

    @property
    def file(self) -> Path | None:
        """The SQLite file; None where the database is none."""
        return Path(unquote(str(self.url.database).removeprefix("file:"))) if self._file else None

    @property
    def _file(self) -> bool:
        return self.kind == "sqlite"


def read_address(text: str, password: str | None = None) -> Address:
    """An address from the setting, with the password that is kept apart from it.

    Raises:
        UnusableSetting: it is none, or of no database that can be used. It is not said back: it may hold a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise _unusable(f"is not an address such as {EXAMPLES}") from None
    kind = KINDS.get(url.drivername)
    if kind is None:
        raise _unusable(f"starts with {url.drivername}:, must start like {EXAMPLES}")
    if kind == "sqlite":
        return Address(kind, _file_url(url))
    if password is not None:
        url = url.set(password=password)
    return Address(kind, url.set(drivername="postgresql+psycopg"))


def _file_url(url: URL) -> URL:
    """SQLite's own form of an address, which can say how to open the file."""
    if not url.database or url.database == ":memory:":
        raise _unusable("names no file: an SQLite database must be one, such as sqlite:////data/tiebreak.db")
    path = quote(str(Path(url.database).absolute()))
    return url.set(database=f"file:{path}").update_query_dict({"uri": "true"})


def _unusable(reason: str) -> UnusableSetting:
    return UnusableSetting(f"TIEBREAK_DATABASE_URL: {reason}")
