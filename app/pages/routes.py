"""The pages. Thin: each route asks the same functions as the API and gives the answer to a template."""

from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.advice.answers import DEFAULT_POLICY, Answers, parse_answers, permalink
from app.errors import FieldProblem, InvalidFields, RequestError
from app.knowledge.ledger import find_claim, make_filter
from app.knowledge.models import PolicyId
from app.pages.advice import advice_page
from app.pages.claims import claim_page, claims_page, sources_page
from app.pages.contexts import AdvicePage, DocsPage, ErrorPage
from app.pages.methodology import methodology_page
from app.pages.questionnaire import questionnaire_page
from app.pages.rendering import html, text
from app.problem import wants_page
from app.query import Items, policy_of, raw_answers, single_values
from app.service import Service
from app.web import ServiceOf

pages = APIRouter(include_in_schema=False)


def _items(request: Request) -> Items:
    return request.query_params.multi_items()


@pages.get("/")
async def home(request: Request, service: ServiceOf) -> HTMLResponse:
    """The questionnaire, prefilled with whatever answers the address carries."""
    items = _items(request)
    raw = raw_answers(items, besides=("policy", "change"))
    change = next((value for key, value in items if key == "change"), None)
    return html("questionnaire.html", questionnaire_page(service.knowledge, raw, _policy_or_default(items), change))


@pages.get("/advice")
async def advice(request: Request, service: ServiceOf) -> Response:
    """The advice. A form's empty fields are dropped from the address, so that what is shared stays short."""
    items = _items(request)
    try:
        answers, policy = _answers(service, items)
    except InvalidFields as error:
        if not wants_page(request):
            raise
        return _questionnaire_again(request, service, error)
    if any(value == "" for _, value in items):
        return RedirectResponse(permalink(answers, policy), status_code=303)
    return html("advice.html", _advice_page(service, answers, policy))


@pages.get("/advice.md")
async def decision_record(request: Request, service: ServiceOf) -> Response:
    """The advice as a Markdown architecture decision record (MADR 4)."""
    answers, policy = _answers(service, _items(request))
    page = _advice_page(service, answers, policy)
    return text("advice.md", replace(page, address=f"{request.base_url}".rstrip("/") + page.address), "text/markdown")


def _answers(service: Service, items: Items) -> tuple[Answers, PolicyId]:
    """Answers and policy of a query, with the problems of both at once."""
    problems: list[FieldProblem] = []
    answers, policy = Answers({}), DEFAULT_POLICY
    try:
        answers = parse_answers(service.knowledge, raw_answers(items, besides=("policy",)))
    except InvalidFields as error:
        problems += error.problems
    try:
        policy = policy_of(items)
    except InvalidFields as error:
        problems += error.problems
    if problems:
        raise InvalidFields(problems)
    return answers, policy


def _policy_or_default(items: Items) -> PolicyId:
    try:
        return policy_of(items)
    except InvalidFields:
        return DEFAULT_POLICY


def _advice_page(service: Service, answers: Answers, policy: PolicyId) -> AdvicePage:
    return advice_page(service.knowledge, answers, service.advise(answers, policy))


def _questionnaire_again(request: Request, service: Service, error: InvalidFields) -> Response:
    items = _items(request)
    raw = raw_answers(items, besides=("policy",))
    page = questionnaire_page(service.knowledge, raw, _policy_or_default(items), problems=error.problems)
    return html("questionnaire.html", page, status=error.status)


@pages.get("/claims")
async def claims(request: Request, service: ServiceOf) -> HTMLResponse:
    """The ledger of claims, with filters."""
    filter = make_filter(service.knowledge, single_values(_items(request)))
    return html("claims.html", claims_page(service.knowledge, filter))


@pages.get("/claims/{id}")
async def claim(id: str, service: ServiceOf) -> HTMLResponse:
    """One claim."""
    return html("claim.html", claim_page(service.knowledge, find_claim(service.knowledge, id), service.today()))


@pages.get("/sources")
async def sources(service: ServiceOf) -> HTMLResponse:
    """The documents, and the components of the ecosystem with their state."""
    return html("sources.html", sources_page(service.knowledge, service.today()))


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
