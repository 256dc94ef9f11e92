"""The pages of probes and runs, and the two forms on them."""

from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.errors import FieldProblem, Forbidden, InvalidFields, NotReadable, QueueFull, Unauthorised
from app.pages.probes import probe_page, probes_page
from app.pages.rendering import html
from app.pages.runs import run_page
from app.problem import field_problems, wants_page
from app.query import single_values
from app.runs.models import RunRequest
from app.web import ServiceOf, check_token

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
    token = form.pop("token", None)
    try:
        check_token(service, token)
        run = await service.runs.submit(_request(id, form))
    except (InvalidFields, QueueFull, Unauthorised) as error:
        if not wants_page(request):
            raise
        by_field = [f"{p.field}: {p.message}" for p in error.problems]
        problems = by_field if isinstance(error, InvalidFields) else [error.detail]
        page = await probe_page(service, probe, form, problems)
        response = html("probe.html", page, status=error.status)
        response.headers.update(error.headers)
        return response
    return RedirectResponse(f"/runs/{run.id}", status_code=303)


def _request(probe: str, form: dict[str, str]) -> RunRequest:
    """The request that a form makes. Raises InvalidFields, naming the fields."""
    try:
        return RunRequest.model_validate({"probe": probe, **form})
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
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


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
