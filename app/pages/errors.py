"""The page of an error."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from app.errors import FieldProblem, RequestError
from app.pages.page import Page
from app.pages.rendering import html
from app.web.problems import status_of


@dataclass(frozen=True)
class ErrorPage(Page):
    detail: str
    problems: Sequence[FieldProblem]


async def error_page(error: RequestError) -> Response:
    """The page of an error; `app.web.error_handlers` calls it for people."""
    status = status_of(error)
    page = ErrorPage(title=status.title, detail=error.detail, problems=error.problems)
    return html("error.html", page, status=status.code)
