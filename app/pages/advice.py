"""The advice as a page and as a decision record."""

import json
from collections.abc import Container
from urllib.parse import urlencode

from app.advice.answers import Answers, permalink
from app.advice.models import Advice, Reason
from app.knowledge.base import Knowledge
from app.knowledge.models import Favours
from app.pages.contexts import AdvicePage, AnswerView, OpenChecks
from app.words import headline, strength_sentence


def advice_page(
    knowledge: Knowledge, answers: Answers, advice: Advice, open_checks: OpenChecks, revision: int | None = None
) -> AdvicePage:
    """Everything that the page shows, in the order in which it shows it. `revision`: as the reader asked for it."""
    return AdvicePage(
        title=f"{headline(advice)} — PyTorch or TensorFlow?",
        advice=advice,
        headline=headline(advice),
        strength=strength_sentence(advice),
        address=permalink(answers, advice.policy, revision),
        summary=_summary(knowledge, answers),
        for_pytorch=_reasons(advice, "pytorch"),
        for_tensorflow=_reasons(advice, "tensorflow"),
        level=_reasons(advice, "neither"),
        answers=_answer_views(knowledge, answers, advice),
        sources=knowledge.sources,
        criteria=knowledge.criteria,
        labels={(q.id, o.id): o.label for q in knowledge.questions.values() for o in q.options},
        policies=knowledge.policies,
        policy_links={policy: permalink(answers, policy, revision) for policy in knowledge.policies},
        open_checks=open_checks,
        newest_link=permalink(answers, advice.policy),
        json_body=json.dumps(_body(advice, revision)),
    )


def _body(advice: Advice, revision: int | None) -> dict[str, object]:
    """The request by which the API gives the same advice."""
    verdicts = {} if revision is None else {"verdicts": revision or "shipped"}
    return {"answers": advice.answers, "policy": advice.policy, **verdicts}


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


def _answer_views(knowledge: Knowledge, answers: Answers, advice: Advice) -> list[AnswerView]:
    kept = [*answers.pairs(), ("policy", advice.policy)]
    return [
        AnswerView(question, _labels(knowledge, answers, id), f"/?{urlencode([*kept, ('change', id)])}#question-{id}")
        for id, question in knowledge.questions.items()
    ]
