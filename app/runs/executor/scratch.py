"""Folders that exist while a worker needs them."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKED_BYTES = 65_536
"""What a run needs room for at the very least."""


@contextmanager
def scratch_folder(path: Path) -> Iterator[Path]:
    """A new folder that is gone after the block, whatever was put there."""
    path.mkdir(parents=True, mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def check_scratch(folder: Path) -> None:
    """Raises OSError when nothing can be written to the folder that holds the runs' folders."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        file.write(bytes(CHECKED_BYTES))
