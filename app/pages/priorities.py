"""The visitor's own priorities: a factor for each criterion, and what they change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.advice.model.priorities import NONE
from app.advice.query import AdviceQuery
from app.advice.schema.advice import Advice, ByDefault
from app.knowledge.models import Criterion

LEAST_CHANGE = 0.0005
"""Differences of a weight below this are not shown."""


@dataclass(frozen=True)
class PriorityView:
    """A criterion on which the visitor can put a factor. `tips_at`: the weight at which the scores are level."""

    id: str
    name: str
    factor: float
    weight: float
    weight_by_default: float
    tips_at: float | None

    @property
    def changes_weight(self) -> bool:
        return abs(self.weight - self.weight_by_default) > LEAST_CHANGE

    @property
    def tipping_point(self) -> str:
        """From or below which weight the other framework is ahead."""
        if self.tips_at is None:
            return "–"
        return f"{'from' if self.tips_at > self.weight else 'below'} {100 * self.tips_at:.1f}%"


@dataclass(frozen=True)
class PrioritiesView:
    """The form of priorities. `kept` is the rest of the address; `reset` leads to the advice without priorities."""

    rows: Sequence[PriorityView]
    kept: Sequence[tuple[str, str]]
    reset: str
    by_default: ByDefault | None


def priorities_view(criteria: Mapping[str, Criterion], query: AdviceQuery, advice: Advice) -> PrioritiesView:
    """The criteria that count, with or without the visitor's priorities, in the order of the rules."""
    default = advice.by_default
    now = {criterion.id: criterion.weight for criterion in advice.criteria}
    before = default.weights if default else now
    tips = {tipping.criterion: tipping.tips_at for tipping in advice.robustness.tipping}
    factors, without = query.preferences.priorities, query.preferring(replace(query.preferences, priorities=NONE))
    rows = [
        PriorityView(id, criterion.name, factors.of(id), now.get(id, 0.0), before.get(id, 0.0), tips.get(id))
        for id, criterion in criteria.items()
        if id in now or id in before
    ]
    return PrioritiesView(rows, without.pairs(), without.link(), default)
