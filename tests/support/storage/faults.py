"""What can befall a database while a server uses it. Each fault begins and ends with a block."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.support.runs.run_services import RunServer, run_server
from tests.support.server.child_processes import PATIENCE_S
from tests.support.storage.databases import SERVER, database_of

Block = AbstractContextManager[None]

MEGABYTES = 16
"""What the small disk holds: a history of some runs, and the files of a run that goes on."""


@contextmanager
def held(data: Path, *statements: str) -> Iterator[None]:
    """Another connection to the file that does something and then nothing."""
    connection = sqlite3.connect(data / "tiebreak.db", timeout=PATIENCE_S, isolation_level=None)
    try:
        for statement in statements:
            connection.execute(statement)
        yield
    finally:
        connection.close()


def writer_at_work(server: RunServer) -> Block:
    """Somebody writes, and takes his time."""
    return held(server.data, "BEGIN IMMEDIATE")


def kept_by_another(server: RunServer) -> Block:
    """Somebody has the file for himself: others may not even read."""
    return held(server.data, "PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE")


@contextmanager
def moved_away(server: RunServer) -> Iterator[None]:
    elsewhere = server.data.with_name("elsewhere")
    elsewhere.mkdir()
    for file in server.data.glob("tiebreak.db*"):
        file.rename(elsewhere / file.name)
    yield
    assert not list(server.data.glob("tiebreak.db*")), "nothing was made in its place"
    for file in elsewhere.iterdir():
        file.rename(server.data / file.name)


@contextmanager
def emptied(server: RunServer) -> Iterator[None]:
    """Somebody has put an empty file into its place."""
    with moved_away(server):
        (server.data / "tiebreak.db").touch()
        yield
        for file in server.data.glob("tiebreak.db*"):
            file.unlink()


@contextmanager
def full(server: RunServer) -> Iterator[None]:
    """The disk that holds the data folder has no byte left. It is in the server's own space of mounts."""
    filling = Path(f"/proc/{server.process.pid}/root{server.data}/filling")
    try:
        with filling.open("wb", buffering=0) as file:
            for size in (65_536, 1):
                while _written(file.write, bytes(size)):
                    pass
        yield
    finally:
        filling.unlink()


def _written(write: Callable[[bytes], int], block: bytes) -> bool:
    try:
        return write(block) == len(block)
    except OSError:
        return False


@contextmanager
def tables_locked(server: RunServer) -> Iterator[None]:
    with psycopg.connect(database_of(server.data)) as connection:
        connection.execute("LOCK TABLE runs, events, verdicts IN ACCESS EXCLUSIVE MODE")
        yield


@contextmanager
def stopped(server: RunServer) -> Iterator[None]:
    control("stop")
    try:
        yield
    finally:
        control("start")


def control(what: str) -> None:
    """Stop or start the PostgreSQL server."""
    command = [os.environ["TIEBREAK_TEST_DATABASE_CONTROL"], what]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE_S)


@contextmanager
def frozen(server: RunServer) -> Iterator[None]:
    """The database server is there, and takes connections, and never says a word."""
    with psycopg.connect(database_of(server.data)) as connection:
        backend = psutil.Process(connection.info.backend_pid)
        postmaster = backend.parent()
    assert postmaster is not None
    processes = [postmaster, *postmaster.children()]
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):  # the one that was just asked ends meanwhile
            process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)


@dataclass(frozen=True)
class Fault:
    """How it begins and ends, whether the history can be read meanwhile, and what is said of it."""

    block: Callable[[RunServer], Block]
    says: str
    readable: bool = False
    small: bool = False
    """Whether it needs a small disk of its own."""

    def server(self, folder: Path, data: Path, settings: Mapping[str, str]) -> AbstractContextManager[RunServer]:
        """A server that it can befall."""
        return run_server(folder, data, settings, before=small_disk(data) if self.small else ())


SQLITE = {
    "a writer at work": Fault(writer_at_work, "is locked by another process", readable=True),
    "kept by another": Fault(kept_by_another, "is locked by another process"),
    "moved away": Fault(moved_away, "cannot be reached"),
    "emptied": Fault(emptied, "cannot be reached"),
    "disk full": Fault(full, "has no space left", small=True),
}
POSTGRESQL = {
    "tables locked": Fault(tables_locked, "is locked by another process"),
    "stopped": Fault(stopped, "cannot be reached"),
    "frozen": Fault(frozen, "does not answer in time"),
}
FAULTS = POSTGRESQL if SERVER else SQLITE
HARMS_OTHERS = (pytest.mark.alone,) if SERVER else ()
"""The faults are of the whole database server, which other tests use; an SQLite file is a test's own."""

AWAY = FAULTS["stopped" if SERVER else "moved away"]


def small_disk(data: Path) -> list[str]:
    """A command's surroundings in which a folder is a small disk."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        assert "CI" not in os.environ, "no small disk can be made here"
        pytest.skip("this machine lets nobody mount a small disk in a space of his own")
    mount = f'mount -t tmpfs -o size={MEGABYTES}m tmpfs "$0" && exec "$@"'
    return ["unshare", "-rm", "sh", "-c", mount, str(data)]
