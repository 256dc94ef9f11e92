"""The advice as a page and as a decision record."""

import json
from urllib.parse import urlencode

from app.advice.answers import Answers, permalink
from app.advice.models import Advice, Reason
from app.knowledge.base import Knowledge
from app.knowledge.models import Favours
from app.pages.contexts import AdvicePage, AnswerView
from app.words import headline, strength_sentence


def advice_page(knowledge: Knowledge, answers: Answers, advice: Advice) -> AdvicePage:
    """Everything that the page shows, in the order in which it shows it."""
    return AdvicePage(
        title=f"{headline(advice)} — PyTorch or TensorFlow?",
        advice=advice,
        headline=headline(advice),
        strength=strength_sentence(advice),
        address=advice.permalink,
        summary=_summary(knowledge, answers),
        for_pytorch=_reasons(advice, "pytorch"),
        for_tensorflow=_reasons(advice, "tensorflow"),
        level=_reasons(advice, "neither"),
        answers=_answer_views(knowledge, answers, advice),
        sources=knowledge.sources,
        criteria=knowledge.criteria,
        labels={(q.id, o.id): o.label for q in knowledge.questions.values() for o in q.options},
        policies=knowledge.policies,
        policy_links={policy: permalink(answers, policy) for policy in knowledge.policies},
        json_body=json.dumps({"answers": advice.answers, "policy": advice.policy}),
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
