"""Folders that exist while a worker needs them."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKED_BYTES = 65_536
"""What a run needs room for at the very least."""


@contextmanager
def scratch_folder(path: Path) -> Iterator[Path]:
    """A new folder that is gone after the block, whatever was put there.

    It is locked as long as its process lives: by that `remove_abandoned` knows those that a killed process left.
    """
    descriptor = _occupy(path)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def _occupy(path: Path) -> int:
    while True:
        path.mkdir(parents=True, mode=0o700)
        descriptor = os.open(path, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if path.exists():
            return descriptor
        os.close(descriptor)  # taken for abandoned, between the two


def remove_abandoned(scratch: Path) -> None:
    """Remove the folders whose process has ended without doing so."""
    for path in scratch.iterdir() if scratch.is_dir() else ():
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:  # no folder, or gone meanwhile
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(descriptor)


def check_scratch(folder: Path) -> None:
    """Raises OSError when nothing can be written to the folder that holds the runs' folders."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        file.write(bytes(CHECKED_BYTES))
