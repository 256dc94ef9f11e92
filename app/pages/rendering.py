"""Jinja as the pages use it: strict about undefined names, escaping everything, one context class a page."""

import hashlib
from dataclasses import fields
from functools import cache
from inspect import getmembers

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, PlainTextResponse

from app.advice.wording import STATUS_WORDS, instead, ship_sentence
from app.knowledge.models import NAMES, Source
from app.knowledge.models.paths import TRODDEN_WORDS
from app.knowledge.precedent_claims import PREFIX
from app.pages.grammar import capitalised, counted, day_words, listed, moment_words, plural
from app.pages.page import Page
from app.pages.progress import progress_text
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
        whole_percent=lambda share: f"{share:.0%}",
        points=lambda share: f"{100 * share:.1f}",
        signed=lambda share: f"{100 * share:+.1f}".replace("-", "−"),
        day=day_words,
        strength_note=lambda decision: "" if decision.strength == "either" else f" ({decision.strength})",
        name=lambda id: NAMES[id],
        instead=instead,
        ship_sentence=ship_sentence,
        trodden_words=lambda trodden: TRODDEN_WORDS[trodden],
        status_words=lambda status: STATUS_WORDS[status],
        seconds=seconds,
        memory=memory,
        error_size=error_size,
        reason_words=lambda reason: REASON_WORDS[reason],
        moment=moment_words,
        plural=plural,
        counted=counted,
        listed=listed,
        capitalised=capitalised,
        short_source=_short_source,
        claim_link=_claim_link,
        versions=lambda versions: listed(f"{NAMES[id]} {version}" for id, version in versions.items()),
        progress_text=progress_text,
    )
    environment.globals["asset"] = _asset
    return environment


def _claim_link(id: str) -> str:
    """The address of a claim; of a decision that counts like one, its place among the precedents."""
    return f"/precedents#{id.removeprefix(PREFIX)}" if id.startswith(PREFIX) else f"/claims/{id}"


def _short_source(source: Source) -> str:
    """A source as it is cited: `Real Python 2024`."""
    if source.kind != "document":
        return source.title
    return f"{source.publisher or source.author or source.title} {source.date[:4]}"


@cache
def _asset(name: str) -> str:
    """A static file's address, which changes with its content so that it can be cached for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


_ENVIRONMENT = _environment()


def render(template: str, page: Page) -> str:
    """A template with the fields and properties of its page's context."""
    properties = [name for name, _ in getmembers(type(page), lambda member: isinstance(member, property))]
    names = [*(field.name for field in fields(page)), *properties]
    return _ENVIRONMENT.get_template(template).render({name: getattr(page, name) for name in names})


def html(template: str, page: Page, status: int = 200) -> HTMLResponse:
    """A page as a response; it differs by what the caller accepts, and caches must know that."""
    return HTMLResponse(render(template, page), status_code=status, headers={"vary": "accept"})


def text(template: str, page: Page, media_type: str) -> PlainTextResponse:
    return PlainTextResponse(render(template, page), media_type=media_type)
