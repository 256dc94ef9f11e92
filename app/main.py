"""The application: puts settings, rules, routes and limits together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.types import Receive, Scope, Send
from threadpoolctl import threadpool_limits
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app import __version__
from app.api.document import complete_document, operation_id
from app.api.probes import probes
from app.api.routes import api, health
from app.api.runs import runs
from app.errors import UnusableSetting
from app.knowledge.loader import load
from app.pages.errors import error_page
from app.pages.router import pages
from app.paths import STATIC
from app.runs.assembly import make_run_service, questions_of
from app.runs.catalogue import Catalogue
from app.runs.observers import Observer, Observers
from app.runs.run_settings import RunSettings
from app.runs.service import RunService
from app.settings import Settings, read_settings
from app.telemetry.metrics import Metrics
from app.telemetry.request_log import RequestLog, RouteRecorder
from app.telemetry.run_log import RunLog
from app.web.error_handlers import install
from app.web.hosts import AllowedHosts
from app.web.middleware import HeadAsGet, SecurityHeaders
from app.web.request_limits import RequestLimits
from app.web.service import Clock, Service
from app.web.static_files import WholeFiles

if TYPE_CHECKING:
    from app.telemetry.traces import Traces

UNTRACED: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""Otherwise FastAPI would send what visitors ask for to a collector that the environment names."""


class Application(FastAPI):
    """FastAPI, and around it the middleware that must also cover crashes.

    FastAPI answers a crash outside of all middleware that is added to it. Starlette's documentation therefore puts such
    middleware around the whole application.
    """

    def __init__(self, metrics: Metrics, telemetry: TelemetryConfig) -> None:
        super().__init__(
            title="Tiebreak",
            version=__version__,
            summary="PyTorch or TensorFlow? Evidence instead of opinion.",
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            generate_unique_id_function=operation_id,
            lifespan=_lifespan,
            telemetry=telemetry,
        )
        self.state.metrics = metrics
        self._covered = RequestLog(SecurityHeaders(super().__call__), metrics)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._covered(scope, receive, send)


def create_app(
    settings: Settings | None = None,
    clock: Clock = date.today,
    catalogue: Catalogue | None = None,
    run_settings: RunSettings | None = None,
) -> Application:
    """The service as an ASGI application.

    Args:
        settings: by default those of the environment.
        clock: gives the day of an advice.
        catalogue: the probes; by default the shipped ones.
        run_settings: settings and limits of the run service; by default those that follow from `settings`.

    Raises:
        InvalidRules: the rule base cannot be used.
        UnusableSetting: a setting cannot be used.
    """
    settings = settings or read_settings()
    knowledge, traces = load(settings.rules), _traces(settings)
    metrics = Metrics(__version__, knowledge.version)
    app = Application(metrics, traces.config if traces else UNTRACED)
    observers: list[Observer] = [RunLog(metrics), *([traces] if traces else [])]
    questions, observer = questions_of(knowledge), Observers(observers)
    runs = make_run_service(run_settings or settings.runs, questions, observer, catalogue)
    app.state.traces, app.state.service = traces, Service(knowledge, runs, settings, clock)
    _add_routes(app)
    _add_middleware(app, settings)
    install(app, error_page)
    complete_document(app, app.state.service)
    return app


def _add_routes(app: FastAPI) -> None:
    for router in (api, probes, runs, health, pages):
        app.include_router(router)
    app.mount("/static/swagger", WholeFiles(directory=_swagger_files()), name="swagger")
    app.mount("/static", WholeFiles(directory=STATIC), name="static")


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """A request passes through the last one first."""
    app.add_middleware(RouteRecorder)
    app.add_middleware(RequestLimits, max_body_bytes=settings.max_body_bytes, max_query_bytes=settings.max_query_bytes)
    app.add_middleware(AllowedHosts, names=settings.allowed_hosts)
    app.add_middleware(HeadAsGet)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))


def _traces(settings: Settings) -> "Traces | None":
    """Raises UnusableSetting when traces are wanted and their packages are not installed."""
    if settings.otlp_endpoint is None:
        return None
    try:
        from app.telemetry.traces import Traces  # here, since it costs memory
    except ImportError as error:
        raise UnusableSetting(
            f"TIEBREAK_OTLP_ENDPOINT: traces need the extra `telemetry`: pip install 'tiebreak[telemetry]' ({error})"
        ) from None
    return Traces(settings.otlp_endpoint, __version__)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Executes runs while the application is served."""
    threadpool_limits(1, user_api="blas")  # one core for an advice, so that probes can measure on the others
    service: Service = app.state.service
    runs: RunService = service.runs
    await asyncio.to_thread(service.archive.keep, service.knowledge)
    await runs.start()
    tidying = asyncio.create_task(service.allowances.keep_tidy()) if service.allowances else None
    try:
        yield
    finally:
        if tidying is not None:
            tidying.cancel()
        await runs.stop()
        if app.state.traces:
            await app.state.traces.stop()


def _swagger_files() -> Path:
    """Swagger UI's own files, from the package that carries them; its code is not imported."""
    package = find_spec("fastapi_offline")
    if package is None or not package.submodule_search_locations:
        raise UnusableSetting("the package fastapi-offline, which carries Swagger UI's files, is not installed")
    return Path(package.submodule_search_locations[0]) / "static"
