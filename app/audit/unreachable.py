"""Recommendations that nobody can get: a rule base that can only ever say one thing is no comparison."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from app.advice.model.core_space import core_space, masks_of
from app.advice.model.layout import Layout, Masks, with_option
from app.advice.robustness.recommendation import CHOICES
from app.advice.robustness.situation import judge_of
from app.errors import LintIssue
from app.knowledge.base import Knowledge
from app.knowledge.drafts import Drafts
from app.knowledge.models import NAMES, PolicyId


def outcome_issues(knowledge: Knowledge, drafts: Drafts, day: date) -> Iterator[LintIssue]:
    """An issue for each recommendation that no core situation gets under a policy, with up to one further answer."""
    for id in knowledge.policies:
        for side in sorted(unreached(knowledge, id, day), reverse=True):
            message = f"no core situation, with or without one further answer, gets '{NAMES[CHOICES[side]]}'"
            yield drafts["policies"][id].issue("unreachable-outcome", message)


def unreached(knowledge: Knowledge, policy: PolicyId, day: date) -> set[int]:
    """The recommendations that are not found; looking stops when all are."""
    missing = set(CHOICES)
    for masks in _widening(knowledge):
        missing -= set(np.unique(judge_of(knowledge, policy, day).sides(masks)).tolist())
        if not missing:
            break
    return missing


def _widening(knowledge: Knowledge) -> Iterator[Masks]:
    """The core situations, and then with each option of each other question in turn.

    Options that say which code there is are left out: staying with it says nothing about the evidence.
    """
    core = masks_of(Layout.of(knowledge), core_space(knowledge))
    yield core
    for row, question in enumerate(knowledge.questions.values()):
        if not question.core:
            for bit, option in enumerate(question.options):
                if option.keeps is None:
                    yield with_option(core, row, bit)
