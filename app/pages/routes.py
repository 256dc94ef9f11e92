"""The pages. Thin: each route asks the same functions as the API and gives the answer to a template."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.advice.answers import DEFAULT_POLICY, Answers, parse_answers, permalink
from app.errors import FieldProblem, InvalidFields, RequestError
from app.knowledge.ledger import find_claim, make_filter
from app.knowledge.models import PolicyId
from app.pages.advice import advice_page, open_checks
from app.pages.claims import claim_page, claims_page, sources_page
from app.pages.contexts import AdvicePage, DocsPage, ErrorPage
from app.pages.methodology import methodology_page
from app.pages.questionnaire import questionnaire_page
from app.pages.rendering import html, text
from app.pages.verdicts import claim_check
from app.problem import wants_page
from app.query import Items, policy_of, raw_answers, revision_of, single_values
from app.service import Revision, Service
from app.web import ServiceOf

T = TypeVar("T")

NO_QUESTIONS = ("policy", "verdicts")
"""Keys of a query that are no questions of the questionnaire."""

pages = APIRouter(include_in_schema=False)


def _items(request: Request) -> Items:
    return request.query_params.multi_items()


@pages.get("/")
async def home(request: Request, service: ServiceOf) -> HTMLResponse:
    """The questionnaire, prefilled with whatever answers the address carries."""
    items = _items(request)
    raw = raw_answers(items, besides=(*NO_QUESTIONS, "change"))
    change = next((value for key, value in items if key == "change"), None)
    return html("questionnaire.html", questionnaire_page(service.knowledge, raw, _policy_or_default(items), change))


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
    if any(value == "" for _, value in items):
        return RedirectResponse(permalink(wanted.answers, wanted.policy, wanted.revision), status_code=303)
    return html("advice.html", page)


@pages.get("/advice.md")
async def decision_record(request: Request, service: ServiceOf) -> Response:
    """The advice as a Markdown architecture decision record (MADR 4)."""
    page = await _advice_page(service, _wanted(service, _items(request)))
    address = f"{request.base_url}".rstrip("/") + page.advice.permalinks.here
    return text("advice.md", replace(page, address=address), "text/markdown")


@dataclass(frozen=True)
class Wanted:
    """What a query asks advice on."""

    answers: Answers
    policy: PolicyId
    revision: Revision


def _wanted(service: Service, items: Items) -> Wanted:
    """Answers, policy and revision of a query, with the problems of all at once."""
    problems: list[FieldProblem] = []

    def attempt(read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except InvalidFields as error:
            problems.extend(error.problems)
            return otherwise

    wanted = Wanted(
        attempt(lambda: parse_answers(service.knowledge, raw_answers(items, besides=NO_QUESTIONS)), Answers({})),
        attempt(lambda: policy_of(items), DEFAULT_POLICY),
        attempt(lambda: revision_of(items), None),
    )
    if problems:
        raise InvalidFields(problems)
    return wanted


def _policy_or_default(items: Items) -> PolicyId:
    try:
        return policy_of(items)
    except InvalidFields:
        return DEFAULT_POLICY


async def _advice_page(service: Service, wanted: Wanted) -> AdvicePage:
    advice = await service.advise(wanted.answers, wanted.policy, wanted.revision)
    checks = open_checks(service.knowledge, advice, service.runs.slow_probes, needs_token=service.token is not None)
    return advice_page(service.knowledge, wanted.answers, advice, checks, wanted.revision)


def _questionnaire_again(request: Request, service: Service, error: InvalidFields) -> Response:
    items = _items(request)
    raw = raw_answers(items, besides=NO_QUESTIONS)
    page = questionnaire_page(service.knowledge, raw, _policy_or_default(items), problems=error.problems)
    return html("questionnaire.html", page, status=error.status)


@pages.get("/claims")
async def claims(request: Request, service: ServiceOf) -> HTMLResponse:
    """The ledger of claims, with filters."""
    filter = make_filter(service.knowledge, single_values(_items(request)))
    return html("claims.html", claims_page(await service.known(), filter))


@pages.get("/claims/{id}")
async def claim(id: str, service: ServiceOf) -> HTMLResponse:
    """One claim."""
    return await claim_response(service, id)


async def claim_response(service: Service, id: str, problems: Sequence[str] = (), status: int = 200) -> HTMLResponse:
    """A claim's page. `problems`: why its check was not started."""
    known = await service.known()
    claim = find_claim(known, id)
    check = await claim_check(service, claim, problems)
    return html("claim.html", claim_page(known, service.knowledge, claim, service.today(), check), status)


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
    """The page of an error; `app.problem` calls it for people."""
    page = ErrorPage(title=error.title, detail=error.detail, problems=error.problems)
    return html("error.html", page, status=error.status)
