"""The advice as a page and as a decision record."""

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.advice.model.answers import Answers
from app.advice.permalinks import LATELY, permalink, wished
from app.advice.preferences import Preferences
from app.advice.robustness.acceptability import EVERYTHING
from app.advice.schema.advice import Advice, Now, Reason
from app.advice.wording import headline, strength_sentence
from app.errors import InvalidFields
from app.knowledge.base import Knowledge
from app.knowledge.models import Claim, Criterion, Favours, Policy, PolicyId, Question, Scoring, Source
from app.pages.page import Page
from app.pages.questionnaire import questionnaire_again
from app.pages.rendering import html, text
from app.pages.request import Asked, Wanted, items_of, says_too_much, wanted_of
from app.pages.robustness import RobustnessView, robustness_view
from app.web.dependencies import ServiceOf
from app.web.error_handlers import wants_page
from app.web.service import Service

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


def advice_page(
    knowledge: Knowledge,
    asked: Asked,
    advice: Advice,
    open_checks: OpenChecks,
    now: Now | None = None,
    lost: str | None = None,
) -> AdvicePage:
    """Everything that the page shows, in the order in which it shows it.

    Args:
        now: what the advice is today, where this one is of another day or of other rules.
        lost: the version of the rules that was asked for, where this server does not have it.
    """
    answers, preferences = asked.answers, asked.preferences
    return AdvicePage(
        title=f"{headline(advice)} — PyTorch or TensorFlow?",
        advice=advice,
        headline=headline(advice),
        strength=strength_sentence(advice),
        address=asked.link(),
        kept=asked.made != LATELY,
        summary=_summary(knowledge, answers),
        for_pytorch=_reasons(advice, "pytorch"),
        for_tensorflow=_reasons(advice, "tensorflow"),
        level=_reasons(advice, "neither"),
        answers=_answer_views(knowledge, asked),
        sources=knowledge.sources,
        criteria=knowledge.criteria,
        labels={(q.id, o.id): o.label for q in knowledge.questions.values() for o in q.options},
        policies=knowledge.policies,
        policy_links={
            policy: asked.wishing(replace(preferences, policy=policy)).link() for policy in knowledge.policies
        },
        robustness=robustness_view(knowledge, asked, advice),
        scoring=knowledge.scoring,
        now=now if now and _differs(advice, now) else None,
        lost=lost,
        open_checks=open_checks,
        newest_link=permalink(answers, preferences),
        json_body=json.dumps(_body(advice, preferences, asked.revision)),
    )


def _differs(advice: Advice, now: Now) -> bool:
    """Whether there is anything to say of what has changed since."""
    return bool(now.differences) or (advice.as_of, advice.rules_version) != (now.as_of, now.rules_version)


def _body(advice: Advice, preferences: Preferences, revision: int | None) -> dict[str, object]:
    """The request by which the API gives the same advice."""
    body: dict[str, object] = {"answers": advice.answers, "policy": advice.policy}
    if preferences.priorities:
        body["priorities"] = dict(preferences.priorities.factors)
    if preferences.uncertain != EVERYTHING:
        body["uncertain"] = asdict(preferences.uncertain)
    return body if revision is None else body | {"verdicts": revision or "shipped"}


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


def _answer_views(knowledge: Knowledge, asked: Asked) -> list[AnswerView]:
    """The answers, each with the address at which it can be changed, which keeps everything else."""
    answers = asked.answers
    kept = [*answers.pairs(), *wished(asked.preferences, asked.revision)]
    return [
        AnswerView(question, _labels(knowledge, answers, id), f"/?{urlencode([*kept, ('change', id)])}#question-{id}")
        for id, question in knowledge.questions.items()
    ]


@router.get("/advice")
async def advice(request: Request, service: ServiceOf) -> Response:
    """The advice. A form's empty fields are dropped from the address, so that what is shared stays short."""
    items = items_of(request)
    try:
        wanted = wanted_of(service, items)
        page = await _page_of(service, wanted)
    except InvalidFields as error:
        if not wants_page(request):
            raise
        return questionnaire_again(request, service, error)
    if says_too_much(items, wanted.asked.preferences):
        return RedirectResponse(wanted.asked.link(), status_code=303)
    return html("advice.html", replace(page, notice=service.store_notice))


@router.get("/advice.md")
async def decision_record(request: Request, service: ServiceOf) -> Response:
    """The advice as a Markdown architecture decision record (MADR 4)."""
    page = await _page_of(service, wanted_of(service, items_of(request)))
    address = f"{request.base_url}".rstrip("/") + (page.address if page.kept else page.advice.permalinks.here)
    return text("advice.md", replace(page, address=address), "text/markdown")


async def _page_of(service: Service, wanted: Wanted) -> AdvicePage:
    asked, now, lost = wanted.asked, None, None
    if wanted.then is None:
        advice = await service.advise(asked.answers, asked.preferences, asked.revision)
        asked, lost = replace(asked, made=LATELY), asked.made.rules
    else:
        on = asked.made.on or service.today()
        advice, now = await service.advise_then(wanted.then, on, asked.answers, asked.preferences, asked.revision)
    checks = open_checks(service.knowledge, advice, service.runs.slow_probes, needs_token=service.token is not None)
    return advice_page(wanted.then or service.knowledge, asked, advice, checks, now, lost)
