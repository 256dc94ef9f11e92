"""How a visitor wants to be advised, besides the answers."""

from dataclasses import dataclass

from app.advice.model.priorities import NONE, Priorities
from app.advice.robustness.acceptability import EVERYTHING, Uncertainty
from app.knowledge.models import PolicyId

DEFAULT_POLICY: PolicyId = "today"


@dataclass(frozen=True)
class Preferences:
    """The policy, the visitor's own priorities, and what the acceptability takes as uncertain."""

    policy: PolicyId = DEFAULT_POLICY
    priorities: Priorities = NONE
    uncertain: Uncertainty = EVERYTHING


DEFAULT_PREFERENCES = Preferences()
