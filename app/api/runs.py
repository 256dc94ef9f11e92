"""Runs in the JSON API: start, follow, cancel, list."""

from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from app.api.event_stream import EventStream, number_of
from app.runs.models import Comparison, Event, Failure, PageNumber, Run, RunHead, RunRequest
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
OVER_DOCS = problem_docs({409: "The run is over already"})


class RunQuery(BaseModel):
    """A page of the history."""

    model_config = ConfigDict(extra="forbid")

    page: PageNumber = 1
    size: Annotated[int, Field(ge=1, le=100)] = 20
    probe: str | None = Field(default=None, description="Only runs of this probe.")


class RunSummary(RunHead):
    """A run without its measurements."""

    comparison: Comparison | None
    error: Failure | None

    @classmethod
    def of(cls, run: Run) -> "RunSummary":
        return cls.model_validate(run, from_attributes=True)


@runs.post("", status_code=202, dependencies=[Depends(authorised)], responses={**AUTHORISED_DOCS, **FULL_DOCS})
async def start_run(request: RunRequest, response: Response, service: ServiceOf, client: ClientOf) -> Run:
    """Start a run of a probe. It waits in a queue: the machine executes one run at a time."""
    run = await service.start(request, client)
    response.headers["location"] = f"/api/v1/runs/{run.id}"
    return run


@runs.get("")
async def list_runs(
    query: Annotated[RunQuery, Query()], request: Request, response: Response, service: ServiceOf
) -> list[RunSummary]:
    """The history, newest first. `Link` leads to the neighbouring pages, `Total-Count` is the number of runs."""
    single_values(request.query_params.multi_items())
    found, total = await service.history.page(query.page, query.size, query.probe)
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
    """One run, with every timed block."""
    return await service.runs.get(id)


@runs.delete("/{id}", dependencies=[Depends(authorised)], responses={**AUTHORISED_DOCS, **NOT_FOUND_DOCS, **OVER_DOCS})
async def cancel_run(id: str, service: ServiceOf) -> Run:
    """Cancel a run. Its processes have ended when the response comes."""
    return await service.runs.cancel(id)


async def existing(id: str, service: ServiceOf) -> Run:
    """The run of a stream. It is looked up before the stream begins, while a 404 can still be sent."""
    return await service.runs.get(id)


@runs.get("/{id}/events", response_class=StreamingResponse, responses={**STREAM_DOCS, **NOT_FOUND_DOCS})
async def follow_run(
    run: Annotated[Run, Depends(existing)],
    service: ServiceOf,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """The events of a run, from the first or after `Last-Event-ID`, as they happen, until `end`."""
    if service.listeners.locked():
        raise TooManyConnections
    return EventStream(service.runs.follow(run.id, number_of(last_event_id)), service.listeners)
