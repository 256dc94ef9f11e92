"""The JSON API, version 1, and the health routes. Other modules make the responses."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import PlainTextResponse

from app.advice.query import AdviceQuery
from app.advice.schema.advice import Advice
from app.advice.schema.request import AdviceRequest
from app.advice.schema.ship import Ship
from app.advice.ship import all_ways
from app.api.models import (
    ClaimOut,
    ClaimQuery,
    Health,
    PrecedentOut,
    PrecedentQuery,
    Questionnaire,
    QuestionOut,
    Readiness,
    SourceOut,
)
from app.knowledge.ledger import claims_per_source, find_claim, find_claims, make_filter
from app.knowledge.models import FRAMEWORKS
from app.knowledge.precedent_filter import find_precedents, make_precedent_filter
from app.telemetry.metrics import CONTENT_TYPE
from app.web.dependencies import MetricsOf, ServiceOf
from app.web.problems import NOT_FOUND_DOCS, PROBLEM_DOCS, STORE_DOCS, problem_docs
from app.web.query import pairs_of, single_values

api = APIRouter(prefix="/api/v1", responses=PROBLEM_DOCS)
health = APIRouter(tags=["health"])

NOT_READY_DOCS = problem_docs({503: "Not ready; `errors` names each check that failed"})


@api.get("/questionnaire", tags=["advice"])
async def get_questionnaire(service: ServiceOf) -> Questionnaire:
    """The questions with their options, texts and help, in order."""
    questions = [QuestionOut.of(question) for question in service.knowledge.questions.values()]
    return Questionnaire(
        questions=questions, policies=list(service.knowledge.policies), rules_version=service.knowledge.version
    )


@api.post("/advice", tags=["advice"], responses=STORE_DOCS)
async def get_advice(request: AdviceRequest, service: ServiceOf) -> Advice:
    """Advise on a project: a recommendation and all its reasons, each with sources and its share of the score."""
    return await service.advise(AdviceQuery.from_json(service.knowledge, request))


@api.get("/claims", tags=["claims"])
async def list_claims(query: Annotated[ClaimQuery, Query()], request: Request, service: ServiceOf) -> list[ClaimOut]:
    """The ledger of claims, all of it or filtered."""
    single_values(pairs_of(request))
    filter = make_filter(service.knowledge, query.model_dump(exclude_none=True))
    known = await service.known()
    return [ClaimOut.of(claim, known, service.knowledge) for claim in find_claims(known, filter)]


@api.get("/claims/{id}", tags=["claims"], responses=NOT_FOUND_DOCS)
async def get_claim(id: str, service: ServiceOf) -> ClaimOut:
    """One claim."""
    known = await service.known()
    return ClaimOut.of(find_claim(known, id), known, service.knowledge)


@api.get("/precedents", tags=["advice"])
async def list_precedents(
    query: Annotated[PrecedentQuery, Query()], request: Request, service: ServiceOf
) -> list[PrecedentOut]:
    """Decisions of real projects, all of them or filtered, the newest first."""
    single_values(pairs_of(request))
    filter = make_precedent_filter(service.knowledge, query.model_dump(exclude_none=True))
    return [PrecedentOut.of(one) for one in find_precedents(service.knowledge, filter)]


@api.get("/paths", tags=["advice"])
async def list_paths(service: ServiceOf) -> list[Ship]:
    """How a model from either framework reaches each place: every path, by place and framework, best trodden first."""
    known, today = service.knowledge, service.today()
    return [
        line
        for place in known.places.values()
        for framework in FRAMEWORKS
        for line in all_ways(known, place, framework, today)
    ]


@api.get("/sources", tags=["claims"])
async def list_sources(service: ServiceOf) -> list[SourceOut]:
    """The documents behind the claims."""
    counts = claims_per_source(service.knowledge)
    return [SourceOut.of(source, counts[id]) for id, source in service.knowledge.sources.items()]


@health.get("/healthz")
async def get_health() -> Health:
    """Alive: the process answers."""
    return Health()


@health.get("/readyz", responses=NOT_READY_DOCS)
async def get_readiness(service: ServiceOf) -> Readiness:
    """Ready: the rules are loaded, the store can be read and written, and runs can be executed."""
    checks = await service.runs.readiness.check()
    return Readiness(rules_version=service.knowledge.version, claims=len(service.knowledge.claims), checks=checks)


@health.get("/metrics", response_class=PlainTextResponse)
async def get_metrics(service: ServiceOf, metrics: MetricsOf) -> Response:
    """Metrics for Prometheus. While the store cannot be read, `tiebreak_store_up` is 0 and the rest is still there."""
    return Response(metrics.text(await service.runs.line()), media_type=CONTENT_TYPE)
