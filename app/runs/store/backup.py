"""A backup of everything that the service keeps: one file with its database and the rules that old links need.

The database is copied while it is in use, as it was at one moment. Where PostgreSQL keeps the history, that is
PostgreSQL's own to back up, and the file holds the rules alone.
"""

import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from app.errors import UnusableBackup

DATABASE, RULES = "tiebreak.db", "rules"
"""What the parts are called in the file."""

MARK = "alembic_version"
"""The table by which a database of ours is known."""


@dataclass(frozen=True)
class Kept:
    """Where the service keeps what is backed up; no database where that is PostgreSQL."""

    data: Path
    database: Path | None

    @property
    def rules(self) -> Path:
        return self.data / RULES


def write_backup(kept: Kept, sink: IO[bytes]) -> None:
    """Write a compressed tar file; may be called while the service runs.

    Raises:
        UnusableBackup: there is no database yet, or it cannot be read.
        OSError: the data folder or the sink cannot be written.
    """
    with tempfile.TemporaryDirectory(dir=_existing(kept.data)) as folder:
        copy = _copy(kept.database, Path(folder, DATABASE)) if kept.database else None
        with tarfile.open(fileobj=sink, mode="w|gz") as tar:
            if copy:
                tar.add(copy, DATABASE)
            for path in sorted(kept.rules.glob("*.json.gz")):
                tar.add(path, f"{RULES}/{path.name}")


def restore_backup(kept: Kept, source: IO[bytes], replace: bool = False) -> None:
    """Put back what a backup holds. Nothing is touched before all of it has been read and checked.

    Nobody may use the database meanwhile.

    Raises:
        UnusableBackup: the file is no whole backup of this kind, or there is a database that is not to be replaced.
        OSError: the data folder cannot be written.
    """
    if kept.database and kept.database.exists() and not replace:
        raise UnusableBackup(f"{kept.database} exists; stop the service and use --replace to lose it")
    kept.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.data) as name:
        folder = Path(name)
        _unpack(source, folder)
        _check(folder / DATABASE, wanted=kept.database is not None)
        kept.rules.mkdir(exist_ok=True)
        for path in folder.glob(f"{RULES}/*"):
            path.replace(kept.rules / path.name)
        if kept.database:
            _put(folder / DATABASE, kept.database)


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise UnusableBackup(f"there is nothing to back up: no folder {folder}")
    return folder


def _copy(database: Path, target: Path) -> Path:
    """The database as it is at one moment, in one file; SQLite's own way, which needs no pause of the service."""
    try:
        with closing(_opened(database)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise UnusableBackup(f"the database {database} cannot be read: {error}") from None
    return target


def _opened(database: Path) -> sqlite3.Connection:
    """A connection that only reads and makes no file where there is none."""
    return sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True, timeout=30)


def _unpack(source: IO[bytes], folder: Path) -> None:
    """Take our own parts out of a tar file; whatever else it may hold stays there."""
    try:
        with tarfile.open(fileobj=source, mode="r|gz") as tar:
            for member in tar:
                if member.isfile() and _is_part(member.name):
                    tar.extract(member, folder, set_attrs=False, filter="data")
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise UnusableBackup(f"this is no whole backup: {error}") from None


def _is_part(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return name == DATABASE or (folder == RULES and file.endswith(".json.gz"))


def _check(database: Path, wanted: bool) -> None:
    """Raises UnusableBackup unless the database is there where one is wanted, whole, and one of ours."""
    if database.exists() != wanted:
        there, used = ("no database", "SQLite") if wanted else ("an SQLite database", "PostgreSQL")
        raise UnusableBackup(f"the backup holds {there}, and the service uses {used}")
    if not wanted:
        return
    try:
        with closing(_opened(database)) as connection:
            found = connection.execute("PRAGMA quick_check").fetchone()[0]
            connection.execute(f"SELECT * FROM {MARK}")  # noqa: S608 - a constant
    except sqlite3.Error as error:
        found = str(error)
    if found != "ok":
        raise UnusableBackup(f"the database in the backup is damaged, or none of Tiebreak's: {found}")


def _put(database: Path, place: Path) -> None:
    """Bring a database to its place, which may be on another disk.

    What was written ahead for the one before it would destroy the new one.
    """
    part = place.with_name(place.name + ".part")
    shutil.copyfile(database, part)
    for beside in ("-wal", "-shm", "-journal"):
        place.with_name(place.name + beside).unlink(missing_ok=True)
    part.replace(place)
