"""Nothing that a test starts writes into the user's folders, or waits for a run that this machine is busy with."""

import os
import shutil
import tempfile
from pathlib import Path

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
