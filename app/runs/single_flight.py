"""Questions that may hang: asked once at a time, and not waited for too long."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class SingleFlight(Generic[Answer]):
    """A question that is asked once at a time: whoever asks meanwhile, or a moment later, is given the same answer.

    What hangs is not asked again and not cancelled either: neither a database's thread nor a file system can be.

    Args:
        seconds: how long the answer is waited for; it may still come, and is then given to the next who asks.
        kept_seconds: how long an answer is given out again.
    """

    def __init__(self, ask: Callable[[], Awaitable[Answer]], seconds: float, kept_seconds: float = 0.0) -> None:
        self._ask, self._seconds, self._kept_seconds = ask, seconds, kept_seconds
        self._task: asyncio.Future[Answer] | None = None
        self._ended = float("-inf")

    async def __call__(self) -> Answer:
        """Raises what the question raises, and TimeoutError after the time that it may take."""
        if self._task is None or self._is_old(self._task):
            self._task = asyncio.ensure_future(self._ask())
            self._task.add_done_callback(self._note_end)
        task = self._task
        await asyncio.wait({task}, timeout=self._seconds)
        if not task.done():
            raise TimeoutError
        return task.result()

    def _is_old(self, task: "asyncio.Future[Answer]") -> bool:
        if task.get_loop() is not asyncio.get_running_loop():
            return True
        return task.done() and time.monotonic() - self._ended >= self._kept_seconds

    def _note_end(self, task: "asyncio.Future[Answer]") -> None:
        self._ended = time.monotonic()
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain when nobody waited so long
