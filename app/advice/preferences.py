"""How a visitor wants to be advised, besides the answers."""

from dataclasses import dataclass
from typing import Literal

from app.advice.model.priorities import NONE, Priorities
from app.advice.robustness.acceptability import EVERYTHING, Uncertainty
from app.knowledge.models import PolicyId

DEFAULT_POLICY: PolicyId = "today"

FlipSearch = Literal["single", "together"]
"""Whether flips are looked for among single answers, or also among answers that change it only together."""

DEFAULT_SEARCH: FlipSearch = "single"


@dataclass(frozen=True)
class Preferences:
    """The policy, the visitor's own priorities, what the acceptability takes as uncertain, and which flips to find."""

    policy: PolicyId = DEFAULT_POLICY
    priorities: Priorities = NONE
    uncertain: Uncertainty = EVERYTHING
    flips: FlipSearch = DEFAULT_SEARCH


DEFAULT_PREFERENCES = Preferences()
