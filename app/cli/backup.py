"""`tiebreak backup | restore`: everything that the service keeps, into one file and back."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from app.errors import UnusableBackup
from app.runs.store.backup import Kept, restore_backup, write_backup
from app.settings import Settings, read_settings


@click.command()
@click.argument("file")
def backup(file: str) -> None:
    """Write a backup to FILE, or to the standard output for `-`. The service may run meanwhile."""
    try:
        with _whole(file) as sink:
            write_backup(_kept(read_settings()), sink)
    except OSError as error:
        raise UnusableBackup(f"the backup cannot be written: {error}") from None


@click.command()
@click.option("--replace", is_flag=True, help="Lose the runs that are there now.")
@click.argument("file", type=click.File("rb"))
def restore(file: IO[bytes], replace: bool) -> None:
    """Put back what FILE holds, or the standard input for `-`. Stop the service first."""
    try:
        restore_backup(_kept(read_settings()), file, replace)
    except OSError as error:
        raise UnusableBackup(f"the backup cannot be put back: {error}") from None


@contextmanager
def _whole(file: str) -> Iterator[IO[bytes]]:
    """A file that is there whole after the block, or as it was before; `-` is the standard output."""
    if file == "-":
        yield sys.stdout.buffer
        return
    part = Path(f"{file}.part")
    try:
        with part.open("wb") as sink:
            yield sink
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _kept(settings: Settings) -> Kept:
    """Where these settings have everything kept. Raises UnusableSetting when the database's address is none."""
    from app.runs.store.address import read_address  # here, since the other commands need none of its libraries

    return Kept(settings.data, read_address(settings.database).file)
