"""Folders that exist while a worker needs them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder(path: Path) -> Iterator[Path]:
    """A new folder that is gone after the block, whatever was put there."""
    path.mkdir(parents=True, mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
