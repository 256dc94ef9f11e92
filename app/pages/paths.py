"""The paths: how a model that was trained in each framework reaches each place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from app.advice.schema.ship import Ship
from app.advice.ship import all_ways
from app.knowledge.base import Knowledge
from app.knowledge.models import FRAMEWORKS, Framework, Place, Source
from app.pages.page import Page
from app.pages.rendering import html
from app.web.dependencies import ServiceOf

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class PlaceView:
    """A place with the ways of both frameworks, the best trodden first."""

    place: Place
    ways: Sequence[tuple[Framework, Sequence[Ship]]]


@dataclass(frozen=True)
class PathsPage(Page):
    section = "/paths"

    places: Sequence[PlaceView]
    sources: Mapping[str, Source]


def paths_page(knowledge: Knowledge, today: date) -> PathsPage:
    """Every place in the order of the rules."""
    return PathsPage(
        title="From training to where it runs",
        places=[
            PlaceView(place, [(framework, all_ways(knowledge, place, framework, today)) for framework in FRAMEWORKS])
            for place in knowledge.places.values()
        ],
        sources=knowledge.sources,
    )


@router.get("/paths")
async def paths(service: ServiceOf) -> HTMLResponse:
    """All places and all ways to them, with steps, limits and sources."""
    return html("paths.html", paths_page(service.knowledge, service.today()))
