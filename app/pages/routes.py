"""The pages. Thin: each route asks the same functions as the API and gives the answer to a template."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.advice.model.answers import Answers, parse_answers
from app.advice.model.priorities import NONE
from app.advice.permalinks import LATELY, PRIORITY, Made
from app.advice.preferences import DEFAULT_POLICY, Wishes
from app.advice.robustness.acceptability import EVERYTHING
from app.advice.robustness.answer_map import FIXED
from app.errors import FieldProblem, InvalidFields, RequestError, said_back
from app.knowledge.base import Knowledge
from app.knowledge.ledger import find_claim, make_filter
from app.knowledge.models import PolicyId
from app.pages.advice import advice_page, open_checks
from app.pages.claims import claim_page, claims_page, sources_page
from app.pages.contexts import AdvicePage, DocsPage, ErrorPage
from app.pages.map import MapPage, map_page
from app.pages.methodology import methodology_page
from app.pages.questionnaire import questionnaire_page
from app.pages.rendering import html, text
from app.pages.request import Asked
from app.pages.verdicts import claim_check
from app.web.dependencies import ServiceOf
from app.web.error_handlers import wants_page
from app.web.problems import status_of
from app.web.query import (
    Items,
    made_of,
    other_wishes,
    policy_of,
    priorities_of,
    raw_answers,
    revision_of,
    single_values,
    uncertain_of,
)
from app.web.service import Service

T = TypeVar("T")

pages = APIRouter(include_in_schema=False)


def _items(request: Request) -> Items:
    return request.query_params.multi_items()


@pages.get("/")
async def home(request: Request, service: ServiceOf) -> HTMLResponse:
    """The questionnaire, prefilled with whatever answers the address carries."""
    items = _items(request)
    raw = raw_answers(items, besides=("change",))
    change = next((value for key, value in items if key == "change"), None)
    page = questionnaire_page(service.knowledge, raw, _policy_or_default(items), change, wishes=other_wishes(items))
    return html("questionnaire.html", page)


@pages.get("/advice")
async def advice(request: Request, service: ServiceOf) -> Response:
    """The advice. A form's empty fields are dropped from the address, so that what is shared stays short."""
    items = _items(request)
    try:
        wanted = _wanted(service, items)
        page = await _advice_page(service, wanted)
    except InvalidFields as error:
        if not wants_page(request):
            raise
        return _questionnaire_again(request, service, error)
    if _says_too_much(items, wanted.asked.wishes):
        return RedirectResponse(wanted.asked.link(), status_code=303)
    return html("advice.html", replace(page, notice=service.store_notice))


@pages.get("/advice.md")
async def decision_record(request: Request, service: ServiceOf) -> Response:
    """The advice as a Markdown architecture decision record (MADR 4)."""
    page = await _advice_page(service, _wanted(service, _items(request)))
    address = f"{request.base_url}".rstrip("/") + (page.address if page.kept else page.advice.permalinks.here)
    return text("advice.md", replace(page, address=address), "text/markdown")


@dataclass(frozen=True)
class Wanted:
    """What a query asks advice on."""

    asked: Asked
    then: Knowledge | None
    """The rules that a link was made with, where it says so and this server has them."""


def _wanted(service: Service, items: Items) -> Wanted:
    """Answers, wishes and revision of a query, with the problems of all at once."""
    problems: list[FieldProblem] = []

    def attempt(read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except InvalidFields as error:
            problems.extend(error.problems)
            return otherwise

    made = attempt(lambda: made_of(items), Made())
    then = _rules_of(service, made)
    answers = attempt(lambda: parse_answers(then or service.knowledge, raw_answers(items)), Answers({}))
    wishes = Wishes(
        attempt(lambda: policy_of(items), DEFAULT_POLICY),
        attempt(lambda: priorities_of(then or service.knowledge, items), NONE),
        attempt(lambda: uncertain_of(items), EVERYTHING),
    )
    wanted = Wanted(Asked(answers, wishes, attempt(lambda: revision_of(items), None), made), then)
    if problems:
        raise InvalidFields(problems)
    return wanted


def _policy_or_default(items: Items) -> PolicyId:
    try:
        return policy_of(items)
    except InvalidFields:
        return DEFAULT_POLICY


def _says_too_much(items: Items, wishes: Wishes) -> bool:
    """Whether an address holds what a form sends of fields that were left as they are."""
    weights = [key for key, _ in items if key.startswith(PRIORITY)]
    return any(value == "" for _, value in items) or len(weights) > len(wishes.priorities.factors)


def _rules_of(service: Service, made: Made) -> Knowledge | None:
    """The rules of then; today's where a link names no others, None where it names none and no day."""
    if made.rules in (None, service.knowledge.version):
        return service.knowledge if made.on or made.rules else None
    return service.archive.find(made.rules or "")


async def _advice_page(service: Service, wanted: Wanted) -> AdvicePage:
    asked, now, lost = wanted.asked, None, None
    if wanted.then is None:
        advice = await service.advise(asked.answers, asked.wishes, asked.revision)
        asked, lost = replace(asked, made=LATELY), asked.made.rules
    else:
        on = asked.made.on or service.today()
        advice, now = await service.advise_then(wanted.then, on, asked.answers, asked.wishes, asked.revision)
    checks = open_checks(service.knowledge, advice, service.runs.slow_probes, needs_token=service.token is not None)
    return advice_page(wanted.then or service.knowledge, asked, advice, checks, now, lost)


def _questionnaire_again(request: Request, service: Service, error: InvalidFields) -> Response:
    items = _items(request)
    raw = raw_answers(items)
    faulty = {problem.field for problem in error.problems}
    wishes = [(key, value) for key, value in other_wishes(items) if key not in faulty]
    policy = _policy_or_default(items)
    page = questionnaire_page(service.knowledge, raw, policy, problems=error.problems, wishes=wishes)
    return html("questionnaire.html", page, status=status_of(error).code)


@pages.get("/map")
def answer_space(request: Request, service: ServiceOf) -> HTMLResponse:
    """Who wins where, at a glance. Not async: a new day's map takes a moment."""
    return html("map.html", _map_page(request, service))


@pages.get("/map.svg")
def answer_space_picture(request: Request, service: ServiceOf) -> Response:
    """The same as a picture that stands alone."""
    return text("map.svg", _map_page(request, service), "image/svg+xml")


def _map_page(request: Request, service: Service) -> MapPage:
    items = _items(request)
    values = single_values(items)
    if unknown := sorted(set(values) - {"policy", FIXED}):
        raise InvalidFields([FieldProblem(said_back(unknown[0]), "is no part of a map", ("policy", FIXED))])
    return map_page(service.knowledge, policy_of(items), service.today(), values.get(FIXED) or None)


@pages.get("/claims")
async def claims(request: Request, service: ServiceOf) -> HTMLResponse:
    """The ledger of claims, with filters."""
    filter = make_filter(service.knowledge, single_values(_items(request)))
    page = claims_page(await service.known(), filter)
    return html("claims.html", replace(page, notice=service.store_notice))


@pages.get("/claims/{id}")
async def claim(id: str, service: ServiceOf) -> HTMLResponse:
    """One claim."""
    return await claim_response(service, id)


async def claim_response(service: Service, id: str, problems: Sequence[str] = (), status: int = 200) -> HTMLResponse:
    """A claim's page. `problems`: why its check was not started."""
    known = await service.known()
    claim = find_claim(known, id)
    check = await claim_check(service, claim, problems)
    page = claim_page(known, service.knowledge, claim, service.today(), check)
    return html("claim.html", replace(page, notice=service.store_notice), status)


@pages.get("/sources")
async def sources(service: ServiceOf) -> HTMLResponse:
    """The documents, and the components of the ecosystem with their state."""
    return html("sources.html", sources_page(await service.known(), service.today()))


@pages.get("/methodology")
def methodology(service: ServiceOf) -> HTMLResponse:
    """How the score is made. Not async: counting every outcome takes about a second, which a thread can spend."""
    return html("methodology.html", methodology_page(service.knowledge, service.today()))


@pages.get("/docs")
async def docs() -> HTMLResponse:
    """The API's pages, from files of an installed package: nothing comes from another host."""
    return html("docs.html", DocsPage(title="API"))


async def error_page(error: RequestError) -> Response:
    """The page of an error; `app.web.error_handlers` calls it for people."""
    status = status_of(error)
    page = ErrorPage(title=status.title, detail=error.detail, problems=error.problems)
    return html("error.html", page, status=status.code)
