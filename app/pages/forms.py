"""Forms that start or cancel a run: read with care, since they change something."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.errors import FieldProblem, InvalidFields, NotReady, QueueFull, StartedTooOften
from app.runs.models import RunRequest
from app.web.dependencies import check_token, client_of
from app.web.error_handlers import field_problems, wants_page
from app.web.errors import Forbidden, NotReadable, Unauthorised
from app.web.problems import status_of
from app.web.query import single_values
from app.web.service import Service


async def read_form(request: Request) -> dict[str, str]:
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


def fields_of(form: Mapping[str, str]) -> dict[str, str]:
    """What a form asks for, without the token."""
    return {name: value for name, value in form.items() if name != "token"}


async def start_run(
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
