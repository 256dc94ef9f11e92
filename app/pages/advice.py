"""The advice as a page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.advice.model.answers import Answers
from app.advice.model.priorities import Priorities
from app.advice.query import AdviceQuery
from app.advice.query_fields import PRIORITY, UNDATED, Pairs
from app.advice.schema.advice import Advice, Now
from app.advice.schema.base import DecisionSchema
from app.advice.schema.reasons import Reason
from app.advice.wording import grounds_sentence, strength_sentence
from app.errors import InvalidFields
from app.knowledge.base import Knowledge
from app.knowledge.models import PRECEDENTS, Criterion, Favours, Framework, Policy, PolicyId, Question, Scoring, Source
from app.pages.grammar import counted, plural
from app.pages.local_checks import LocalChecks, local_checks
from app.pages.page import Page
from app.pages.priorities import PrioritiesView, priorities_view
from app.pages.questionnaire import questionnaire_again
from app.pages.rendering import html
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

    @property
    def words(self) -> str:
        return ", ".join(self.labels) or "Not sure"


@dataclass(frozen=True)
class AdvicePage(Page):
    section = "/"
    below_section = True

    advice: Advice
    headline: str
    strength: str
    unknown: str | None
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
    priorities: PrioritiesView
    scoring: Scoring
    now: Now | None
    lost: str | None
    checks: LocalChecks
    newest_link: str
    json_body: str
    precedents_known: bool
    other_precedents: str

    @property
    def columns(self) -> list[tuple[Framework, Sequence[Reason]]]:
        """The reasons for each framework, those for the recommended one first."""
        columns: list[tuple[Framework, Sequence[Reason]]] = [
            ("pytorch", self.for_pytorch),
            ("tensorflow", self.for_tensorflow),
        ]
        return columns[::-1] if self.advice.recommendation == "tensorflow" else columns

    @property
    def priorities_change_advice(self) -> bool:
        return self.advice.by_default is not None and differ(self.advice.by_default, self.advice)

    @property
    def now_is(self) -> str:
        """The verb for the advice of today beside a dated one."""
        return "is still" if self.now and not differ(self.now, self.advice) else "is"

    @property
    def shipped_heading(self) -> str:
        """What this server's verdicts do to the advice."""
        changed = self.advice.as_shipped and differ(self.advice.as_shipped, self.advice)
        return f"This server's verdicts change the {'advice' if changed else 'scores'}"

    @property
    def shipped_is(self) -> str:
        """The verb for the advice of the shipped verdicts."""
        changed = self.advice.as_shipped and differ(self.advice.as_shipped, self.advice)
        return "would be" if changed else "is also"

    @property
    def other_heading(self) -> str:
        """Above the advice under the other policy, where it differs."""
        basis = "The documents alone" if self.advice.policy == "today" else "What is known today"
        same = self.advice.other_policy.recommendation == self.advice.recommendation
        return f"{basis} would give {'the same answer with another strength' if same else 'a different answer'}"

    @property
    def next_heading(self) -> str:
        return "This question could change the advice" if self.robustness.next_question else "Nothing left to ask"

    @property
    def overlay_sentence(self) -> str:
        """What this server's own rules change."""
        changes = self.advice.overlay
        entries = ", ".join(f"{change.collection}: {change.id} ({change.action})" for change in changes)
        differing = f"{counted(len(changes), 'entry', 'entries')} {plural(len(changes), 'differs', 'differ')}"
        return f"{differing} from the rules that Tiebreak ships: {entries}."


def differ(one: DecisionSchema, other: DecisionSchema) -> bool:
    """Whether two pieces of advice have another recommendation or strength."""
    return (one.recommendation, one.strength) != (other.recommendation, other.strength)


def advice_page(kept: KeptAdvice, checks: LocalChecks) -> AdvicePage:
    """Everything that the page shows, in the order in which it shows it."""
    knowledge, query, advice = kept.rules, kept.query, kept.advice
    answers, preferences = query.answers, query.preferences
    return AdvicePage(
        title=f"{advice.headline} — PyTorch or TensorFlow?",
        advice=advice,
        headline=advice.headline,
        strength=_strength(advice),
        unknown=grounds_sentence(knowledge, advice),
        address=query.link(),
        kept=query.made_with != UNDATED,
        summary=_summary(knowledge, answers),
        for_pytorch=_reasons(advice, "pytorch"),
        for_tensorflow=_reasons(advice, "tensorflow"),
        level=_reasons(advice, "neither"),
        answers=answer_views(knowledge, query),
        sources=knowledge.sources,
        criteria=knowledge.criteria,
        labels={(q.id, o.id): o.label for q in knowledge.questions.values() for o in q.options},
        policies=knowledge.policies,
        policy_links={
            policy: query.preferring(replace(preferences, policy=policy)).link() for policy in knowledge.policies
        },
        robustness=robustness_view(knowledge, query, advice),
        priorities=priorities_view(knowledge.criteria, query, advice),
        scoring=knowledge.scoring,
        now=kept.now if kept.now and _differs(advice, kept.now) else None,
        lost=kept.lost,
        checks=checks,
        precedents_known=bool(knowledge.precedents) and preferences.policy == "today",
        other_precedents=_other_precedents(query),
        newest_link=AdviceQuery(answers, preferences).link(),
        json_body=json.dumps(query.request(knowledge).model_dump(exclude_defaults=True)),
    )


def _other_precedents(query: AdviceQuery) -> str:
    """The same advice without precedents; with them, where they are left out."""
    preferences = query.preferences
    factors = dict(preferences.priorities.factors)
    left_out = factors.pop(PRECEDENTS, 1) == 0
    changed = tuple(factors.items()) if left_out else (*factors.items(), (PRECEDENTS, 0.0))
    return query.preferring(replace(preferences, priorities=Priorities(changed))).link()


def _strength(advice: Advice) -> str:
    """The strength and what it is based on, below the headline."""
    has_word = advice.decided_by in ("scores", "staying") and advice.strength != "either"
    return f"{advice.strength.capitalize()}. {strength_sentence(advice)}" if has_word else strength_sentence(advice)


def _differs(advice: Advice, now: Now) -> bool:
    """Whether anything has changed since."""
    return bool(now.differences) or (advice.as_of, advice.rules_version) != (now.as_of, now.rules_version)


def _reasons(advice: Advice, favours: Favours) -> list[Reason]:
    return [reason for reason in advice.reasons if reason.favours == favours]


def _summary(knowledge: Knowledge, answers: Answers) -> str:
    """The core answers in one line: `Python · Phones and tablets · Images or video · A product`."""
    core = [id for id, question in knowledge.questions.items() if question.core]
    return " · ".join(", ".join(_labels(knowledge, answers, id)) for id in core)


def _labels(knowledge: Knowledge, answers: Answers, question: str) -> list[str]:
    return [knowledge.questions[question].option(option).label for option in answers.chosen.get(question, ())]


def answer_views(knowledge: Knowledge, query: AdviceQuery) -> list[AnswerView]:
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


def _page_of(service: Service, kept: KeptAdvice) -> AdvicePage:
    slow, needs_token = service.runs.slow_probes, service.token is not None
    return advice_page(kept, local_checks(service.knowledge, kept.advice, slow, needs_token=needs_token))
