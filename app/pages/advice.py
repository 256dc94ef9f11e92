"""The advice as a page and as a decision record."""

import json
from collections.abc import Container
from dataclasses import asdict, replace
from urllib.parse import urlencode

from app.advice.model.answers import Answers
from app.advice.permalinks import LATELY, permalink, wished
from app.advice.preferences import Wishes
from app.advice.robustness.acceptability import EVERYTHING
from app.advice.schema.advice import Advice, Now, Reason
from app.advice.wording import headline, strength_sentence
from app.knowledge.base import Knowledge
from app.knowledge.models import Favours
from app.pages.contexts import AdvicePage, AnswerView, OpenChecks
from app.pages.request import Asked
from app.pages.robustness import robustness_view


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
    answers, wishes = asked.answers, asked.wishes
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
        policy_links={policy: asked.wishing(replace(wishes, policy=policy)).link() for policy in knowledge.policies},
        robustness=robustness_view(knowledge, asked, advice),
        scoring=knowledge.scoring,
        now=now if now and _differs(advice, now) else None,
        lost=lost,
        open_checks=open_checks,
        newest_link=permalink(answers, wishes),
        json_body=json.dumps(_body(advice, wishes, asked.revision)),
    )


def _differs(advice: Advice, now: Now) -> bool:
    """Whether there is anything to say of what has changed since."""
    return bool(now.differences) or (advice.as_of, advice.rules_version) != (now.as_of, now.rules_version)


def _body(advice: Advice, wishes: Wishes, revision: int | None) -> dict[str, object]:
    """The request by which the API gives the same advice."""
    body: dict[str, object] = {"answers": advice.answers, "policy": advice.policy}
    if wishes.priorities:
        body["priorities"] = dict(wishes.priorities.factors)
    if wishes.uncertain != EVERYTHING:
        body["uncertain"] = asdict(wishes.uncertain)
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
    kept = [*answers.pairs(), *wished(asked.wishes, asked.revision)]
    return [
        AnswerView(question, _labels(knowledge, answers, id), f"/?{urlencode([*kept, ('change', id)])}#question-{id}")
        for id, question in knowledge.questions.items()
    ]
