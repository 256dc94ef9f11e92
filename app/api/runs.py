"""Runs through the JSON API: started, watched, cancelled, listed."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from app.knowledge.models import Framework
from app.runs.models import Comparison, Device, Event, Failure, Mode, PageNumber, Preset, Run, RunRequest, RunStatus
from app.web.dependencies import ClientOf, ServiceOf, authorised
from app.web.errors import TooManyConnections
from app.web.problems import NOT_FOUND_DOCS, PROBLEM_DOCS, STORE_DOCS, Docs, problem_docs
from app.web.query import single_values

runs = APIRouter(prefix="/api/v1/runs", tags=["runs"], responses={**PROBLEM_DOCS, **STORE_DOCS})

AUTHORISED_DOCS = problem_docs({401: "The token is missing or wrong"})
FULL_DOCS = problem_docs({429: "Too many runs wait, or were started from here; `Retry-After` says when to come again"})
EVENT_SCHEMA = {
    "type": "object",
    "description": "`data` is a JSON object; of `end`, which comes last, it has the run's status.",
    "properties": {
        "event": {"type": "string", "enum": list(get_args(Event.model_fields["kind"].annotation))},
        "data": {"type": "string", "contentMediaType": "application/json"},
        "id": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "required": ["event", "data", "id"],
}
STREAM_DOCS: Docs = {
    200: {"description": "Server-sent events", "content": {"text/event-stream": {"itemSchema": EVENT_SCHEMA}}}
}

SILENCE_SECONDS = 15.0
"""After so long without an event a comment is sent. Proxies end a stream on which nothing moves, usually after 60."""
OVER_DOCS = problem_docs({409: "The run is over already"})


class RunQuery(BaseModel):
    """Which part of the history."""

    model_config = ConfigDict(extra="forbid")

    page: PageNumber = 1
    size: Annotated[int, Field(ge=1, le=100)] = 20
    probe: str | None = Field(default=None, description="Only runs of this probe.")


class RunSummary(BaseModel):
    """A run without its measurements."""

    id: str
    probe: str
    preset: Preset
    device: Device
    mode: Mode
    control: Framework | None
    status: RunStatus
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    comparison: Comparison | None
    error: Failure | None

    @classmethod
    def of(cls, run: Run) -> "RunSummary":
        return cls(**{name: getattr(run, name) for name in cls.model_fields})


@runs.post("", status_code=202, dependencies=[Depends(authorised)], responses={**AUTHORISED_DOCS, **FULL_DOCS})
async def start_run(request: RunRequest, response: Response, service: ServiceOf, client: ClientOf) -> Run:
    """Start a run of a probe. It waits for its turn: one run at a time has the machine."""
    run = await service.start(request, client)
    response.headers["location"] = f"/api/v1/runs/{run.id}"
    return run


@runs.get("")
async def list_runs(
    query: Annotated[RunQuery, Query()], request: Request, response: Response, service: ServiceOf
) -> list[RunSummary]:
    """The history, newest first. `Link` leads to the neighbouring pages, `Total-Count` says how many runs there are."""
    single_values(request.query_params.multi_items())
    found, total = await service.runs.store.page(query.page, query.size, query.probe)
    response.headers["total-count"] = str(total)
    links = [f'<{_page(request, query, number)}>; rel="{rel}"' for rel, number in _neighbours(query, total)]
    if links:
        response.headers["link"] = ", ".join(links)
    return [RunSummary.of(run) for run in found]


def _neighbours(query: RunQuery, total: int) -> list[tuple[str, int]]:
    before = [("prev", query.page - 1)] if query.page > 1 else []
    after = [("next", query.page + 1)] if query.page * query.size < total else []
    return before + after


def _page(request: Request, query: RunQuery, number: int) -> str:
    return f"{request.url.path}?{request.url.include_query_params(page=number, size=query.size).query}"


@runs.get("/{id}", responses=NOT_FOUND_DOCS)
async def get_run(id: str, service: ServiceOf) -> Run:
    """One run, with every block that was timed."""
    return await service.runs.get(id)


@runs.delete("/{id}", dependencies=[Depends(authorised)], responses={**AUTHORISED_DOCS, **NOT_FOUND_DOCS, **OVER_DOCS})
async def cancel_run(id: str, service: ServiceOf) -> Run:
    """Cancel a run: its processes are gone when this answers."""
    return await service.runs.cancel(id)


async def existing(id: str, service: ServiceOf) -> Run:
    """The run of a stream, looked up before the stream begins: afterwards no status can tell that there is none."""
    return await service.runs.get(id)


@runs.get("/{id}/events", response_class=StreamingResponse, responses={**STREAM_DOCS, **NOT_FOUND_DOCS})
async def follow_run(
    run: Annotated[Run, Depends(existing)],
    service: ServiceOf,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """What happened in the run, from the start or after `Last-Event-ID`, and what happens, until `end`."""
    if service.listeners.locked():
        raise TooManyConnections
    after = int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdecimal() else 0
    followed = service.runs.follow(run.id, min(after, 2**31))
    headers = {"cache-control": "no-cache", "x-accel-buffering": "no"}
    return StreamingResponse(_sent(followed, service.listeners), media_type="text/event-stream", headers=headers)


async def _sent(events: AsyncIterator[Event], listeners: asyncio.Semaphore) -> AsyncIterator[bytes]:
    """Events as they go over the wire. Not by a route that yields: that logs an error when a listener leaves."""
    async with listeners:
        upcoming = asyncio.ensure_future(anext(events, None))
        try:
            while True:
                done, _ = await asyncio.wait({upcoming}, timeout=SILENCE_SECONDS)
                if not done:
                    yield KEEPALIVE_COMMENT
                    continue
                event = upcoming.result()
                if event is None:
                    return
                yield format_sse_event(data_str=json.dumps(dict(event.data)), event=event.kind, id=str(event.seq))
                upcoming = asyncio.ensure_future(anext(events, None))
        finally:
            upcoming.cancel()
