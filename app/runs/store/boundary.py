"""The boundary of the store: what a database can go through becomes `NotReady`, and no wait is without an end."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import NotReady, StoreFault
from app.runs.store.database import Database, Way

LIMIT_SECONDS = 10.0
"""The longest that a call waits, whatever the driver and the server do; longer than each of their own limits."""

STORE_ERRORS = (SQLAlchemyError, sqlite3.Error, OSError)
"""What a database raises: SQLite's own while a connection is set up, OSError also where a time limit has passed."""

SAID: dict[Way, str] = {"read": "read", "write": "written"}

log = logging.getLogger("tiebreak.runs.store")

P = ParamSpec("P")
T = TypeVar("T")


class HasDatabase(Protocol):
    database: Database


S = TypeVar("S", bound=HasDatabase)
Method = Callable[Concatenate[S, P], Coroutine[Any, Any, T]]


def reading(method: Method[S, P, T]) -> Method[S, P, T]:
    """Let a method of the store raise nothing but `NotReady` where the database is locked, full, slow or gone.

    What the database refuses because of its content is a mistake of ours: `StoreFault`.
    """
    return _reaching(method, "read")


def writing(method: Method[S, P, T]) -> Method[S, P, T]:
    """The same for a method that writes: a disk may be full, and what is on it be read all the same."""
    return _reaching(method, "write")


def _reaching(method: Method[S, P, T], way: Way) -> Method[S, P, T]:
    @wraps(method)
    async def bounded(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            result = await _within(LIMIT_SECONDS, method(self, *args, **kwargs))
        except (DataError, IntegrityError) as error:
            self.database.on_trouble()
            raise StoreFault(f"{type(error.orig).__name__}: {str(error.orig).splitlines()[0]}") from error
        except STORE_ERRORS as error:
            self.database.on_trouble()
            raise _not_ready(self.database, way, error) from None
        if self.database.troubles.pop(way, None):
            log.info("the store of runs can be %s again", SAID[way])
        return result

    return bounded


def _not_ready(database: Database, way: Way, error: Exception) -> NotReady:
    """Logged once, not with every call: an outage of an hour is one line."""
    trouble = trouble_of(error)
    if database.troubles.get(way) != trouble:
        database.troubles[way] = trouble
        log.warning("the store of runs %s: %s", trouble, str(error).partition("\n")[0])
    return NotReady(f"The store of runs {trouble}.")


_abandoned: set["asyncio.Task[Any]"] = set()
"""Calls that took too long. They end when their driver lets go; nobody waits for them."""


async def _within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """What the work returns, unless it takes longer: a driver may not notice that it is cancelled, so it is left."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if task.done():
            return task.result()
        raise TimeoutError("no answer")
    finally:
        if not task.done():
            task.cancel()
            _abandoned.add(task)
        task.add_done_callback(_forget)  # also of one that fails in the moment in which its caller is cancelled


async def settled(seconds: float = 1.0) -> None:
    """Wait, not for long, until the calls that nobody waits for have let go of their connections.

    A driver's thread that answers when the event loop is closed writes a traceback.
    """
    ours = {task for task in _abandoned if task.get_loop() is asyncio.get_running_loop()}
    if ours:
        await asyncio.wait(ours, timeout=seconds)


def _forget(task: "asyncio.Task[Any]") -> None:
    _abandoned.discard(task)
    if not task.cancelled():
        task.exception()  # or asyncio would report that nobody has asked


LOCKED, FULL, READ_ONLY = "is locked by another process", "has no space left", "cannot be written"
SLOW, AWAY = "does not answer in time", "cannot be reached"

WORDS = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_FULL": FULL,
    "SQLITE_IOERR_SHMSIZE": FULL,
    "SQLITE_IOERR_WRITE": FULL,
    "SQLITE_READONLY": READ_ONLY,
    "55P03": LOCKED,
    "57014": SLOW,
    "53100": FULL,
    "25006": READ_ONLY,
    "ConnectionTimeout": SLOW,
}
"""What is the matter, by SQLite's name of the error, PostgreSQL's code, or psycopg's class where no server gave one."""


def trouble_of(error: BaseException) -> str:
    """What is the matter with the database, to go on after "the store of runs"."""
    if isinstance(error, TimeoutError | PoolTimeout):
        return SLOW
    for cause in _causes(error):
        code = str(getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or type(cause).__name__)
        known = next((words for name, words in WORDS.items() if code.startswith(name)), None)
        if known:
            return known
    return AWAY


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.orig if isinstance(error, DBAPIError) else error.__cause__
