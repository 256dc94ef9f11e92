"""The events of a run as a stream of server-sent events."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import StreamingResponse
from starlette.types import Send

from app.runs.models import Event

SILENCE_SECONDS = 15.0
"""A comment is sent after so long without an event. Proxies end a stream without any data, usually after 60 s."""

LARGEST_NUMBER = 2**31 - 1
"""The largest number of an event that a database can compare with."""


def number_of(last_event_id: str | None) -> int:
    """The number of the last event that a listener has received; 0 if the header has no number."""
    digits = (last_event_id or "").lstrip("0")
    if not (digits.isascii() and digits.isdecimal()):
        return 0
    return min(int(digits), LARGEST_NUMBER) if len(digits) <= len(str(LARGEST_NUMBER)) else LARGEST_NUMBER


class EventStream(StreamingResponse):
    """Sends events as they come. When the listener leaves, everything is released at once.

    A route that yields would log an error when a listener leaves.
    """

    media_type = "text/event-stream"

    def __init__(
        self, events: AsyncGenerator[Event], places: asyncio.Semaphore, silence_seconds: float = SILENCE_SECONDS
    ) -> None:
        self._sent = _sent(events, places, silence_seconds)
        super().__init__(self._sent, headers={"cache-control": "no-cache", "x-accel-buffering": "no"})

    async def stream_response(self, send: Send) -> None:
        async with aclosing(self._sent):
            await super().stream_response(send)


async def _sent(
    events: AsyncGenerator[Event], places: asyncio.Semaphore, silence_seconds: float
) -> AsyncGenerator[bytes]:
    """The bytes of the events, with comments between them. A listener takes one of the places."""
    async with places:
        upcoming = asyncio.ensure_future(anext(events, None))
        try:
            while True:
                done, _ = await asyncio.wait({upcoming}, timeout=silence_seconds)
                if not done:
                    yield KEEPALIVE_COMMENT
                    continue
                event = upcoming.result()
                if event is None:
                    return
                yield format_sse_event(data_str=json.dumps(dict(event.data)), event=event.kind, id=str(event.seq))
                upcoming = asyncio.ensure_future(anext(events, None))
        finally:
            if not upcoming.cancel():  # it is done, so the generator waits where it yielded
                await events.aclose()
