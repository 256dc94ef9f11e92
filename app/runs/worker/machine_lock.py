"""One timed job a machine: a file lock that every user and every installation on it shares."""

import fcntl
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

RETRY_SECONDS = 0.2


def lock_file(data: Path) -> Path:
    """The file that all users of this machine share; in the data folder where nothing else can be written."""
    try:
        folder = Path(tempfile.gettempdir())
    except FileNotFoundError:
        folder = data
    return folder / "tiebreak-machine.lock"


@contextmanager
def machine_lock(give_up: Callable[[], bool], path: Path) -> Iterator[bool]:
    """Hold the machine for as long as the block lasts; the kernel lets go of it when the process dies.

    Yields False when `give_up` said so before the lock was free.
    """
    descriptor = _open(path)
    try:
        yield _acquire(descriptor, give_up)
    finally:
        os.close(descriptor)


def check_lock(path: Path) -> None:
    """Raises OSError when the lock's file cannot be opened; whether somebody holds it does not matter."""
    os.close(_open(path))


def _open(path: Path) -> int:
    """The file, made if need be. Systems refuse to open another user's file in /tmp with O_CREAT."""
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        descriptor = os.open(path, flags | os.O_CREAT, 0o666)
        os.fchmod(descriptor, 0o666)  # the umask does not get a say: other users take the lock too
        return descriptor


def _acquire(descriptor: int, give_up: Callable[[], bool]) -> bool:
    while not _try(descriptor):
        if give_up():
            return False
        time.sleep(RETRY_SECONDS)
    return True


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
