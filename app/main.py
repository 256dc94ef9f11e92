"""The application: settings, rules, routes and limits put together."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from threadpoolctl import threadpool_limits
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app import __version__
from app.api.document import complete_document, operation_id
from app.api.probes import probes
from app.api.routes import api, health
from app.api.runs import runs
from app.errors import UnusableSetting
from app.knowledge.archive import Archive
from app.knowledge.base import Knowledge
from app.knowledge.loader import load
from app.pages.errors import error_page
from app.pages.router import pages
from app.paths import STATIC
from app.runs.assembly import make_run_service, questions_of
from app.runs.local_evidence import LocalEvidenceReader
from app.runs.observers import Observer, Observers
from app.runs.service import RunService
from app.runs.store.allowances import Allowances
from app.settings import Settings, read_settings
from app.telemetry.metrics import Measures
from app.telemetry.request_watch import RouteNoted, Watched
from app.telemetry.run_watch import RunWatch
from app.web.error_handlers import install
from app.web.hosts import AllowedHosts
from app.web.middleware import SECURITY_HEADERS, HeadAsGet, RequestLimits, SecurityHeaders, WholeFiles
from app.web.service import Clock, Service

if TYPE_CHECKING:
    from app.telemetry.traces import Traces

UNTRACED: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI would tell an ambient collector what visitors ask for."""


def create_app(settings: Settings | None = None, clock: Clock = date.today) -> FastAPI:
    """The service as an ASGI application.

    Raises:
        InvalidRules: the rule base cannot be used.
        UnusableSetting: a setting cannot be used.
    """
    settings = settings or read_settings()
    traces = _traces(settings)
    app = FastAPI(
        title="Tiebreak",
        version=__version__,
        summary="PyTorch or TensorFlow? Evidence instead of opinion.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
        lifespan=_lifespan,
        telemetry=traces.config if traces else UNTRACED,
    )
    knowledge = load(settings.rules)
    app.state.traces, app.state.measures = traces, Measures(__version__, knowledge.version)
    app.state.service = _service(settings, knowledge, _observers(app), clock)
    app.include_router(api)
    app.include_router(probes)
    app.include_router(runs)
    app.include_router(health)
    app.include_router(pages)
    app.mount("/static/swagger", WholeFiles(directory=_swagger_files()), name="swagger")
    app.mount("/static", WholeFiles(directory=STATIC), name="static")
    install(app, error_page, SECURITY_HEADERS)
    complete_document(app, app.state.service)
    _guard(app, settings)
    _watch(app)
    return app


def _guard(app: FastAPI, settings: Settings) -> None:
    """Put before every route what stands there; the last one added is asked first."""
    app.add_middleware(RouteNoted)
    app.add_middleware(RequestLimits, max_body_bytes=settings.max_body_bytes, max_query_bytes=settings.max_query_bytes)
    app.add_middleware(AllowedHosts, names=settings.allowed_hosts)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SecurityHeaders)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))


def _service(settings: Settings, knowledge: Knowledge, observers: Sequence[Observer], clock: Clock) -> Service:
    token = settings.api_token.get_secret_value() if settings.api_token else None
    runs = make_run_service(**settings.run_service, questions=questions_of(knowledge), observer=Observers(observers))
    found, archive = LocalEvidenceReader(runs.store), Archive(settings.data / "rules")
    listeners = asyncio.Semaphore(settings.connections // 2)
    return Service(knowledge, runs, found, archive, token, clock, _allowances(settings, runs), listeners)


def _allowances(settings: Settings, runs: RunService) -> Allowances | None:
    """What clients may start; none where there is no limit, or where a token says who may."""
    limited = settings.runs_per_hour and settings.api_token is None
    return Allowances(runs.store.database, settings.runs_per_hour) if limited else None


def _traces(settings: Settings) -> "Traces | None":
    """Raises UnusableSetting when traces are wanted and what makes them is not installed."""
    if settings.otlp_endpoint is None:
        return None
    try:
        from app.telemetry.traces import Traces  # here, since it costs memory
    except ImportError as error:
        raise UnusableSetting(
            f"TIEBREAK_OTLP_ENDPOINT: traces need the extra `telemetry`: pip install 'tiebreak[telemetry]' ({error})"
        ) from None
    return Traces(settings.otlp_endpoint, __version__)


def _observers(app: FastAPI) -> list[Observer]:
    return [RunWatch(app.state.measures), *([app.state.traces] if app.state.traces else [])]


def _watch(app: FastAPI) -> None:
    """Watch all requests from outside of everything, also of what answers crashes."""
    plain = app.build_middleware_stack
    app.build_middleware_stack = lambda: Watched(plain(), app.state.measures)  # type: ignore[method-assign]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """While the application is served, runs are executed."""
    threadpool_limits(1, user_api="blas")  # a core for an advice, and none taken from what a probe measures
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
    """Swagger UI's own files, out of the package that carries them; its code is not imported."""
    package = find_spec("fastapi_offline")
    if package is None or not package.submodule_search_locations:
        raise UnusableSetting("the package fastapi-offline, which carries Swagger UI's files, is not installed")
    return Path(package.submodule_search_locations[0]) / "static"
