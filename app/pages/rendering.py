"""Jinja as the pages use it: strict about undefined names, escaping everything, one context class a page."""

import hashlib
from dataclasses import fields
from datetime import date
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, PlainTextResponse

from app.advice.wording import STATUS_WORDS, how_checked, instead, verdicts_sentence
from app.knowledge.models import NAMES
from app.pages.page import Page
from app.paths import STATIC, TEMPLATES
from app.runs.run_wording import REASON_WORDS, error_size, memory, seconds


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html", "svg"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        percent=lambda share: f"{100 * share:.1f}%",
        points=lambda share: f"{100 * share:.1f}",
        signed=lambda share: f"{100 * share:+.1f}".replace("-", "−"),
        day=lambda day: f"{day.day} {day:%B %Y}" if isinstance(day, date) else day,
        name=lambda id: NAMES[id],
        instead=instead,
        how_checked=how_checked,
        verdicts_sentence=verdicts_sentence,
        status_words=lambda status: STATUS_WORDS[status],
        seconds=seconds,
        memory=memory,
        error_size=error_size,
        reason_words=lambda reason: REASON_WORDS[reason],
        moment=lambda moment: f"{moment.day} {moment:%B %Y, %H:%M:%S} UTC",
    )
    environment.globals["asset"] = _asset
    return environment


@cache
def _asset(name: str) -> str:
    """A static file's address, which changes with its content so that it can be cached for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


_ENVIRONMENT = _environment()


def render(template: str, page: Page) -> str:
    """A template with the fields of its page's context."""
    context: dict[str, Any] = {field.name: getattr(page, field.name) for field in fields(page)}
    return _ENVIRONMENT.get_template(template).render(context)


def html(template: str, page: Page, status: int = 200) -> HTMLResponse:
    """A page as a response; it differs by what the caller accepts, and caches must know that."""
    return HTMLResponse(render(template, page), status_code=status, headers={"vary": "accept"})


def text(template: str, page: Page, media_type: str) -> PlainTextResponse:
    return PlainTextResponse(render(template, page), media_type=media_type)
