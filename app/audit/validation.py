"""How often the advice agrees with what real projects decided, beside simple rules of thumb."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

import numpy as np

from app.advice.model.answers import accepted_answers
from app.advice.model.layout import Layout
from app.advice.model.precedents import PrecedentTable
from app.advice.robustness.decision import Case, decide
from app.advice.robustness.recommendation import Choice
from app.knowledge.base import Knowledge
from app.knowledge.conditions import Chosen
from app.knowledge.models import PolicyId, Precedent

Group = Literal["moving", "staying", "dual", "jax"]
Judgement = Literal["right", "open", "wrong", "strongly_wrong"]

GROUPS: tuple[Group, ...] = ("moving", "staying", "dual", "jax")
JUDGEMENTS: tuple[Judgement, ...] = ("right", "open", "wrong", "strongly_wrong")
SINCE = "2022"
"""Earlier decisions were made in another world: they count as precedents, by their age, and are not tested."""

RECENT = "2025"
"""From this year on decisions are tested once more with the earlier ones alone as precedents."""

BANDS = (0.5, 0.65, 0.8, 0.9, 1.0)
"""Bounds of the bands of acceptability in which the recommended side is compared with what was chosen."""

CODEBASE = "codebase"


@dataclass(frozen=True)
class Said:
    """What an advisor says of a project. `share`: the acceptability of the side in front; None where it has none."""

    choice: Choice
    strong: bool = False
    names_jax: bool = False
    share: float | None = None
    ahead: Choice = "either"


Advisor = Callable[[Precedent, Chosen], Said]


@dataclass(frozen=True)
class Band:
    """The decisions for one framework in a band of acceptability. `agreed`: the side in front was chosen."""

    low: float
    high: float
    decisions: int
    agreed: int


@dataclass(frozen=True)
class Validation:
    """Advisor → group → how many decisions got each judgement; and the calibration of the advice."""

    day: date
    decisions: Mapping[Group, int]
    tables: Mapping[str, Mapping[Group, Mapping[Judgement, int]]]
    calibration: tuple[Band, ...]

    def right(self, advisor: str) -> int:
        """How many decisions the advisor judged rightly, of all groups."""
        return sum(counts["right"] for counts in self.tables[advisor].values())


def validate(knowledge: Knowledge, decisions: Sequence[Precedent], day: date) -> Validation:
    """Hold the advice and the rules of thumb against decisions.

    Each decision is tested without the precedents of its own project, and the recent ones once more without all recent
    precedents. A project that chose afresh, or moved, is described without its old code; one that stayed, or serves
    both, with it.
    """
    tested = [one for one in decisions if one.decided >= SINCE]
    recent = [one for one in tested if one.decided >= RECENT]
    today = _advisor(knowledge, "today", day)
    advisors: dict[str, tuple[Advisor, Sequence[Precedent]]] = {
        "This advice": (today, tested),
        f"This advice, on {RECENT} and later, with earlier precedents alone": (
            _advisor(_before(knowledge, RECENT), "today", day),
            recent,
        ),
        "The documents": (_advisor(knowledge, "documents", day), tested),
        "Always PyTorch": (lambda *_: Said("pytorch"), tested),
        "Keep what you have, else PyTorch": (_keeper(knowledge), tested),
        "The nearest precedent alone": (_nearest(knowledge, day), tested),
    }
    tables = {
        name: _table(knowledge, [(one, advisor(one, _described(knowledge, one))) for one in asked])
        for name, (advisor, asked) in advisors.items()
    }
    return Validation(
        day=day,
        decisions=Counter(map(group_of, tested)),
        tables=tables,
        calibration=_calibration([(one, today(one, _described(knowledge, one))) for one in tested]),
    )


def group_of(decision: Precedent) -> Group:
    """The kind of question that a decision answers."""
    if decision.choice == "jax":
        return "jax"
    if decision.kind == "dual":
        return "dual"
    return "staying" if decision.kind == "stayed" or decision.choice == "either" else "moving"


def _described(knowledge: Knowledge, decision: Precedent) -> Chosen:
    """The project's answers; without its code where it chose afresh."""
    answers = accepted_answers(knowledge, decision.answers)
    return (answers if group_of(decision) in ("staying", "dual") else answers.without(CODEBASE)).sets


def judge(knowledge: Knowledge, decision: Precedent, said: Said) -> Judgement:
    """Whether an advisor judged a decision rightly."""
    group = group_of(decision)
    if group == "jax":
        return "right" if said.names_jax else "wrong"
    if group == "dual":
        return "strongly_wrong" if said.strong and said.choice != "either" else "right"
    if group == "staying":
        if said.choice in ("either", _code_of(knowledge, decision) or said.choice):
            return "right"
        return "strongly_wrong" if said.strong else "wrong"
    if said.choice == decision.choice:
        return "right"
    if said.choice == "either":
        return "open"
    return "strongly_wrong" if said.strong else "wrong"


def _code_of(knowledge: Knowledge, decision: Precedent) -> Choice | None:
    """The framework of the project's code; None where the code runs on both, or there is none."""
    question, given = knowledge.questions[CODEBASE], decision.answers.get(CODEBASE, ())
    kept = [option.keeps for option in question.options if option.id in given]
    return kept[0] if kept and kept[0] != "either" else None


def _table(knowledge: Knowledge, answers: Sequence[tuple[Precedent, Said]]) -> Mapping[Group, Mapping[Judgement, int]]:
    table: dict[Group, dict[Judgement, int]] = {group: dict.fromkeys(JUDGEMENTS, 0) for group in GROUPS}
    for decision, said in answers:
        table[group_of(decision)][judge(knowledge, decision, said)] += 1
    return table


def _calibration(answers: Sequence[tuple[Precedent, Said]]) -> tuple[Band, ...]:
    """By bands of acceptability, how often the side in front was chosen."""
    known = [
        (said.share, said.ahead == decision.choice)
        for decision, said in answers
        if group_of(decision) == "moving" and said.share is not None
    ]
    bands = []
    for low, high in pairwise(BANDS):
        inside = [agreed for share, agreed in known if low <= share < high or share == high == BANDS[-1]]
        bands.append(Band(low, high, len(inside), sum(inside)))
    return tuple(bands)


def _advisor(knowledge: Knowledge, policy: PolicyId, day: date) -> Advisor:
    def say(decision: Precedent, chosen: Chosen) -> Said:
        rules = _without(knowledge, decision.project)
        found = decide(Case(rules, policy, day), chosen)
        pytorch, tensorflow = found.won.pytorch, found.won.tensorflow
        return Said(
            choice=found.recommendation.choice,
            strong=found.recommendation.strength == "strong",
            names_jax="jax" in rules.alternatives and rules.alternatives["jax"].when.holds(chosen),
            share=max(pytorch, tensorflow),
            ahead="pytorch" if pytorch > tensorflow else "tensorflow",
        )

    return say


def _without(knowledge: Knowledge, project: str) -> Knowledge:
    """The rules without the decisions of a project."""
    return _keeping(knowledge, lambda one: one.project != project)


def _before(knowledge: Knowledge, year: str) -> Knowledge:
    return _keeping(knowledge, lambda one: one.decided < year)


def _keeping(knowledge: Knowledge, wanted: Callable[[Precedent], bool]) -> Knowledge:
    kept = {id: one for id, one in knowledge.precedents.items() if wanted(one)}
    return replace(knowledge, precedents=MappingProxyType(kept)) if len(kept) < len(knowledge.precedents) else knowledge


def _keeper(knowledge: Knowledge) -> Advisor:
    def say(decision: Precedent, chosen: Chosen) -> Said:
        return Said((_code_of(knowledge, decision) if CODEBASE in chosen else None) or "pytorch")

    return say


def _nearest(knowledge: Knowledge, day: date) -> Advisor:
    """Choose what the most similar project of others chose, of equally similar ones the newest."""

    def say(decision: Precedent, chosen: Chosen) -> Said:
        rules, layout = _without(knowledge, decision.project), Layout.of(knowledge)
        table = PrecedentTable.of(rules, layout, rules.policies["today"], day)
        if table is None:
            return Said("either")
        similarity, _ = table.similarity(layout.masks(chosen))
        best = table.precedents[int(np.lexsort((table.weights, similarity[:, 0]))[-1])].choice
        return Said("either" if best == "jax" else best, names_jax=best == "jax")

    return say
