"""The pages of the API."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from app.pages.page import Page
from app.pages.rendering import html

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class DocsPage(Page):
    section = "/docs"


@router.get("/docs")
async def docs() -> HTMLResponse:
    """The API's pages, from files of an installed package: nothing comes from another host."""
    return html("docs.html", DocsPage(title="API"))
