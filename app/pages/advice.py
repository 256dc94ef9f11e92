"""The advice as a page and as a decision record."""

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.advice.model.answers import Answers
from app.advice.query import AdviceQuery
from app.advice.query_fields import PRIORITY, UNDATED, Pairs
from app.advice.schema.advice import Advice, Now, Reason
from app.advice.wording import headline, strength_sentence
from app.errors import InvalidFields
from app.knowledge.base import Knowledge
from app.knowledge.models import Claim, Criterion, Favours, Policy, PolicyId, Question, Scoring, Source
from app.pages.page import Page
from app.pages.questionnaire import questionnaire_again
from app.pages.rendering import html, text
from app.pages.robustness import RobustnessView, robustness_view
from app.web.dependencies import ServiceOf
from app.web.error_handlers import wants_page
from app.web.query import pairs_of
from app.web.service import KeptAdvice, Service

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class AnswerView:
    """An answered or unanswered question on the advice page, with the address at which it can be changed."""

    question: Question
    labels: Sequence[str]
    change: str


@dataclass(frozen=True)
class OpenChecks:
    """Claims that count for these answers and could be checked on this machine: at once, or with more patience."""

    fast: Sequence[Claim]
    slow: Sequence[Claim]
    needs_token: bool


@dataclass(frozen=True)
class AdvicePage(Page):
    section = "/"
    below_section = True

    advice: Advice
    headline: str
    strength: str
    address: str
    kept: bool
    """Whether the address keeps to the rules or the day that it names."""
    summary: str
    for_pytorch: Sequence[Reason]
    for_tensorflow: Sequence[Reason]
    level: Sequence[Reason]
    answers: Sequence[AnswerView]
    sources: Mapping[str, Source]
    criteria: Mapping[str, Criterion]
    labels: Mapping[tuple[str, str], str]
    policies: Mapping[PolicyId, Policy]
    policy_links: Mapping[PolicyId, str]
    robustness: RobustnessView
    scoring: Scoring
    now: Now | None
    lost: str | None
    open_checks: OpenChecks
    newest_link: str
    json_body: str


def advice_page(kept: KeptAdvice, open_checks: OpenChecks) -> AdvicePage:
    """Everything that the page shows, in the order in which it shows it."""
    knowledge, query, advice = kept.rules, kept.query, kept.advice
    answers, preferences = query.answers, query.preferences
    return AdvicePage(
        title=f"{headline(advice)} — PyTorch or TensorFlow?",
        advice=advice,
        headline=headline(advice),
        strength=strength_sentence(advice),
        address=query.link(),
        kept=query.made_with != UNDATED,
        summary=_summary(knowledge, answers),
        for_pytorch=_reasons(advice, "pytorch"),
        for_tensorflow=_reasons(advice, "tensorflow"),
        level=_reasons(advice, "neither"),
        answers=_answer_views(knowledge, query),
        sources=knowledge.sources,
        criteria=knowledge.criteria,
        labels={(q.id, o.id): o.label for q in knowledge.questions.values() for o in q.options},
        policies=knowledge.policies,
        policy_links={
            policy: query.preferring(replace(preferences, policy=policy)).link() for policy in knowledge.policies
        },
        robustness=robustness_view(knowledge, query, advice),
        scoring=knowledge.scoring,
        now=kept.now if kept.now and _differs(advice, kept.now) else None,
        lost=kept.lost,
        open_checks=open_checks,
        newest_link=AdviceQuery(answers, preferences).link(),
        json_body=json.dumps(query.request(knowledge).model_dump(exclude_defaults=True)),
    )


def _differs(advice: Advice, now: Now) -> bool:
    """Whether there is anything to say of what has changed since."""
    return bool(now.differences) or (advice.as_of, advice.rules_version) != (now.as_of, now.rules_version)


def open_checks(knowledge: Knowledge, advice: Advice, slow: Container[str], *, needs_token: bool) -> OpenChecks:
    """What of an advice could be checked on this machine. `slow`: the probes that take their time."""
    claims = [knowledge.claims[id] for id in advice.checking.open]
    return OpenChecks(
        fast=[claim for claim in claims if claim.probe not in slow],
        slow=[claim for claim in claims if claim.probe in slow],
        needs_token=needs_token,
    )


def _reasons(advice: Advice, favours: Favours) -> list[Reason]:
    return [reason for reason in advice.reasons if reason.favours == favours]


def _summary(knowledge: Knowledge, answers: Answers) -> str:
    """The core answers in one line: `Python · Phones and tablets · Images or video · A product`."""
    core = [id for id, question in knowledge.questions.items() if question.core]
    return " · ".join(", ".join(_labels(knowledge, answers, id)) for id in core)


def _labels(knowledge: Knowledge, answers: Answers, question: str) -> list[str]:
    return [knowledge.questions[question].option(option).label for option in answers.chosen.get(question, ())]


def _answer_views(knowledge: Knowledge, query: AdviceQuery) -> list[AnswerView]:
    """The answers, each with the address at which it can be changed, which keeps everything else."""
    kept = query.counting(query.revision).pairs()
    return [
        AnswerView(
            question, _labels(knowledge, query.answers, id), f"/?{urlencode([*kept, ('change', id)])}#question-{id}"
        )
        for id, question in knowledge.questions.items()
    ]


@router.get("/advice")
async def advice(request: Request, service: ServiceOf) -> Response:
    """The advice. A form's empty fields are dropped from the address, so that what is shared stays short."""
    pairs = pairs_of(request)
    try:
        kept = await service.advise_as_kept(service.read_query(pairs))
    except InvalidFields as error:
        if not wants_page(request):
            raise
        return questionnaire_again(request, service, error)
    if _has_idle_fields(pairs, kept.query):
        return RedirectResponse(kept.query.link(), status_code=303)
    return html("advice.html", replace(_page_of(service, kept), notice=service.history.notice))


def _has_idle_fields(pairs: Pairs, query: AdviceQuery) -> bool:
    """Whether an address holds fields of a form that the visitor left as they were."""
    weights = [key for key, _ in pairs if key.startswith(PRIORITY)]
    return any(value == "" for _, value in pairs) or len(weights) > len(query.preferences.priorities.factors)


@router.get("/advice.md")
async def decision_record(request: Request, service: ServiceOf) -> Response:
    """The advice as a Markdown architecture decision record (MADR 4)."""
    page = _page_of(service, await service.advise_as_kept(service.read_query(pairs_of(request))))
    address = f"{request.base_url}".rstrip("/") + (page.address if page.kept else page.advice.permalinks.here)
    return text("advice.md", replace(page, address=address), "text/markdown")


def _page_of(service: Service, kept: KeptAdvice) -> AdvicePage:
    slow, needs_token = service.runs.slow_probes, service.token is not None
    return advice_page(kept, open_checks(service.knowledge, kept.advice, slow, needs_token=needs_token))
