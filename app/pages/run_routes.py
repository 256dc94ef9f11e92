"""The pages of probes and runs, and the two forms on them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.errors import FieldProblem, InvalidFields, NotReady, QueueFull, StartedTooOften
from app.knowledge.ledger import find_claim
from app.pages.probes import probe_page, probes_page
from app.pages.rendering import html
from app.pages.routes import claim_response
from app.pages.runs import run_page
from app.pages.verdicts import verdicts_page
from app.runs.models import EVERYTHING, RunRequest
from app.web.dependencies import ServiceOf, check_token, client_of
from app.web.error_handlers import field_problems, wants_page
from app.web.errors import Forbidden, NotReadable, Unauthorised
from app.web.problems import status_of
from app.web.query import single_values
from app.web.service import Service

run_pages = APIRouter(include_in_schema=False)


@run_pages.get("/probes")
async def probes(service: ServiceOf) -> HTMLResponse:
    """The machine and the catalogue."""
    return html("probes.html", await probes_page(service))


@run_pages.get("/probes/{id}")
async def probe(id: str, service: ServiceOf) -> HTMLResponse:
    """One probe: both programs, how to start it, and its history."""
    return html("probe.html", await probe_page(service, service.runs.probe(id)))


@run_pages.post("/probes/{id}")
async def start(id: str, request: Request, service: ServiceOf) -> Response:
    """Start a run, and go to its page. What is refused comes back with the form as it was filled in."""
    form = await _form(request)
    probe = service.runs.probe(id)

    async def again(problems: Sequence[str], status: int) -> HTMLResponse:
        return html("probe.html", await probe_page(service, probe, form, problems), status)

    return await _start(request, service, form, {"probe": id, **_fields(form)}, again)


@run_pages.get("/verdicts")
async def verdicts(service: ServiceOf) -> HTMLResponse:
    """The report card, and how to check everything."""
    return html("verdicts.html", await verdicts_page(service))


@run_pages.post("/verdicts")
async def check_everything(request: Request, service: ServiceOf) -> Response:
    """Start a run of everything, or of what is needed for the claims that the form names, and go to its page."""
    form = await _form(request)

    async def again(problems: Sequence[str], status: int) -> HTMLResponse:
        return html("verdicts.html", await verdicts_page(service, problems), status)

    fields = _fields(form)
    claims = fields.pop("claims", "").split()
    return await _start(request, service, form, {"probe": EVERYTHING, "claims": claims, **fields}, again)


@run_pages.post("/claims/{id}/check")
async def check_claim(id: str, request: Request, service: ServiceOf) -> Response:
    """Run a claim's probe, and show the claim while it runs."""
    form = await _form(request)
    claim = find_claim(await service.known(), id)
    probe = service.runs.probe(claim.probe or "")

    async def again(problems: Sequence[str], status: int) -> HTMLResponse:
        return await claim_response(service, id, problems, status)

    preset = "standard" if probe.kind == "timing" else "quick"
    asked = {"probe": probe.id, "preset": preset, **_fields(form)}
    return await _start(request, service, form, asked, again, f"/claims/{id}#check")


def _fields(form: Mapping[str, str]) -> dict[str, str]:
    """What a form asks for, without the token."""
    return {name: value for name, value in form.items() if name != "token"}


async def _start(
    request: Request,
    service: Service,
    form: Mapping[str, str],
    asked: Mapping[str, object],
    again: Callable[[Sequence[str], int], Awaitable[HTMLResponse]],
    show: str | None = None,
) -> Response:
    """Start a run and show it, on its own page or at `show`. People see a refusal on the page that they came from."""
    try:
        check_token(service, form.get("token"))
        run = await service.start(_request(asked), client_of(request))
    except (InvalidFields, NotReady, QueueFull, StartedTooOften, Unauthorised) as error:
        if not wants_page(request):
            raise
        by_field = [f"{p.field}: {p.message}" for p in error.problems]
        status = status_of(error)
        response = await again(by_field if isinstance(error, InvalidFields) else [error.detail], status.code)
        response.headers.update(status.headers)
        return response
    return RedirectResponse(show or f"/runs/{run.id}", status_code=303)


def _request(asked: Mapping[str, object]) -> RunRequest:
    """The request that a form makes. Raises InvalidFields, naming the fields."""
    try:
        return RunRequest.model_validate(asked)
    except ValidationError as error:
        problems = field_problems([{**details, "loc": ("body", *details["loc"])} for details in error.errors()])
        raise InvalidFields(problems) from None


@run_pages.get("/runs/{id}")
async def run(id: str, service: ServiceOf) -> HTMLResponse:
    """A run, while it goes on and afterwards."""
    return html("run.html", await run_page(service, await service.runs.get(id)))


@run_pages.post("/runs/{id}/cancel")
async def cancel(id: str, request: Request, service: ServiceOf) -> Response:
    """Cancel a run, and show it."""
    form = await _form(request)
    check_token(service, form.get("token"))
    await service.runs.cancel(id)
    return RedirectResponse(f"/runs/{id}", status_code=303)


def _from_elsewhere(request: Request) -> bool:
    """Whether the browser says that another site's page has sent this."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site not in ("same-origin", "none")
    return origin is not None and not _same_site(origin, request.headers.get("host", ""))


def _same_site(origin: str, host: str) -> bool:
    """Whether an origin is this host. The scheme is not compared: behind a proxy with TLS they differ.

    Of the two, either may name the port that the origin's scheme implies.
    """
    scheme, _, authority = origin.lower().partition("://")
    implied = {"http": ":80", "https": ":443"}.get(scheme)
    return implied is not None and authority.removesuffix(implied) == host.lower().removesuffix(implied)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, each once.

    Raises:
        Forbidden: it comes from another site's page.
        NotReadable: it is no form.
        InvalidFields: a field stands more than once.
    """
    if _from_elsewhere(request):
        problem = FieldProblem("origin", "must be this site")
        raise Forbidden("Another site's page cannot start or cancel a run here.", [problem])
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        problem = FieldProblem("content-type", "must be application/x-www-form-urlencoded")
        raise NotReadable("The form cannot be read.", [problem])
    items = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    return single_values(items)
