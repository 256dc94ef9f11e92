"""Nothing that a test starts writes into the user's folders, or waits for a run that this machine is busy with."""

import functools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

PLACE = Path(tempfile.mkdtemp(prefix="tiebreak-tests-"))


def pytest_configure() -> None:
    """Before anything of the application is imported: its data, and its temporary files with the machine's lock.

    pytest keeps its own temporary folders where they were, so that they outlive a failed session.
    """
    os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.gettempdir()
    os.environ["TMPDIR"] = tempfile.tempdir = str(PLACE)
    os.environ["TIEBREAK_DATA"] = str(PLACE / "data")
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as in the service; processes that test side by side share the cores


def pytest_unconfigure() -> None:
    shutil.rmtree(PLACE, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def rule_files_are_parsed_once() -> Iterator[None]:
    """Hundreds of tests load the shipped rules, and parsing a text gives the same each time."""
    from app.knowledge import files

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "parse", functools.lru_cache(maxsize=64)(files.parse))
        yield
