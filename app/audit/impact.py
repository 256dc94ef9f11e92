"""What an edit of the rules does: which core situations get another recommendation, and through which entry.

Both rule bases are judged by the engine of today, as of one day, so that nothing but the rules makes the difference.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from app.advice.model.answers import Answers
from app.advice.model.core_space import core_space, masks_of
from app.advice.model.layout import Layout, Masks
from app.advice.preferences import Preferences
from app.advice.query import AdviceQuery
from app.advice.robustness.recommendation import CHOICES, Choice
from app.advice.robustness.situation import judge_of
from app.audit.core_outcomes import Sides
from app.audit.rules_diff import RuleChange, changes, is_inert, take_over
from app.knowledge.base import Knowledge
from app.knowledge.models import PolicyId

NOBODY: Sides = np.zeros(0, np.int8)

EXAMPLES = 3
"""How many situations of a kind are named."""


@dataclass(frozen=True)
class Move:
    """Core situations that had one recommendation and have another, with the addresses of a few of them."""

    before: Choice
    after: Choice
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Through:
    """An entry that alone, taken over into the old rules, changes `count` core situations.

    `along`: what it names, or what names it, and had to come along.
    """

    collection: str
    id: str
    action: str
    along: tuple[str, ...]
    count: int
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class PolicyImpact:
    """The impact under a policy. `share`: of the core answer space, 0 to 1.

    `new_situations`: those with an option that the old rules did not have; they are compared with nothing.
    """

    situations: int
    new_situations: int
    changed: int
    share: float
    moves: tuple[Move, ...]
    through: tuple[Through, ...]


@dataclass(frozen=True)
class Impact:
    """From the rules of one version to those of another, by policy."""

    rules_before: str
    rules_after: str
    entries: int
    policies: Mapping[PolicyId, PolicyImpact]


@dataclass(frozen=True)
class _Comparison:
    """The core situations that two rule bases share, and whom each of the two recommends."""

    policy: PolicyId
    all: int
    shared: tuple[Answers, ...]
    before: Sides
    after: Sides

    @property
    def changed(self) -> int:
        return int(np.count_nonzero(self.before != self.after))

    def moves(self) -> tuple[Move, ...]:
        """The changes by kind, most frequent first."""
        found = [self._move(one, other) for one in CHOICES for other in CHOICES if one != other]
        return tuple(sorted((move for move in found if move.count), key=lambda move: -move.count))

    def _move(self, one: int, other: int) -> Move:
        places = np.flatnonzero((self.before == one) & (self.after == other))
        spread = places[:: max(1, len(places) // EXAMPLES)][:EXAMPLES]
        links = tuple(AdviceQuery(self.shared[at], Preferences(self.policy)).link() for at in spread)
        return Move(CHOICES[one], CHOICES[other], len(places), links)


def impact(old: Knowledge, new: Knowledge, day: date) -> Impact:
    """What the step from the old rules to the new ones changes, as of a day."""
    different = list(changes(old, new))
    mixed = [(change, *take_over(old, new, change)) for change in different]
    policies: dict[PolicyId, PolicyImpact] = {}
    for policy in new.policies:
        found = _compare(old, new, policy, day)
        alone = (
            _through(change, along, _compare(old, rules, policy, day))
            for change, rules, along in mixed
            if not is_inert(change, old, new, policy, day)
        )
        policies[policy] = PolicyImpact(
            situations=found.all,
            new_situations=found.all - len(found.shared),
            changed=found.changed,
            share=found.changed / found.all,
            moves=found.moves(),
            through=tuple(sorted((one for one in alone if one.count), key=lambda one: -one.count)),
        )
    return Impact(old.version, new.version, len(different), policies)


def _through(change: RuleChange, along: tuple[tuple[str, str], ...], found: _Comparison) -> Through:
    others = tuple("/".join(key) for key in along)
    return Through(change.collection, change.id, change.action, others, found.changed, found.moves())


def _compare(old: Knowledge, new: Knowledge, policy: PolicyId, day: date) -> _Comparison:
    if list(new.questions.items()) == list(old.questions.items()):  # in the same order, so that masks mean the same
        situations, masks = _whole(old)
        before = _core_sides(old, policy, day)
        return _Comparison(policy, len(situations), situations, before, judge_of(new, policy, day).sides(masks))
    whole = list(core_space(new))
    shared = [(answers, known) for answers in whole if (known := _as_asked(old, answers)) is not None]
    if not shared:
        return _Comparison(policy, len(whole), (), NOBODY, NOBODY)
    return _Comparison(
        policy,
        len(whole),
        tuple(answers for answers, _ in shared),
        _sides(old, policy, day, [known for _, known in shared]),
        _sides(new, policy, day, [answers for answers, _ in shared]),
    )


@lru_cache(maxsize=2)
def _whole(knowledge: Knowledge) -> tuple[tuple[Answers, ...], Masks]:
    situations = tuple(core_space(knowledge))
    return situations, masks_of(Layout.of(knowledge), situations)


@lru_cache(maxsize=4)
def _core_sides(knowledge: Knowledge, policy: PolicyId, day: date) -> Sides:
    return judge_of(knowledge, policy, day).sides(_whole(knowledge)[1])


def _sides(knowledge: Knowledge, policy: PolicyId, day: date, situations: Iterable[Answers]) -> Sides:
    judge = judge_of(knowledge, policy, day)
    return judge.sides(masks_of(judge.scorer.layout, situations))


def _as_asked(old: Knowledge, answers: Answers) -> Answers | None:
    """The situation in the old questionnaire, without questions that it did not ask; None where it lacks an option."""
    known = dict(_known(old, answers))
    usable = all(set(options) <= set(old.questions[question].option_ids) for question, options in known.items())
    return Answers(known) if usable else None


def _known(old: Knowledge, answers: Answers) -> Iterator[tuple[str, tuple[str, ...]]]:
    return ((question, options) for question, options in answers.chosen.items() if question in old.questions)
