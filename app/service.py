"""What the routes share: the rule base, the clock, the runs, and the few questions asked of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.advice.advising import advise
from app.advice.answers import Answers
from app.advice.models import Advice
from app.knowledge.base import Knowledge
from app.knowledge.models import Claim, PolicyId
from app.runs.service import RunService

Clock = Callable[[], date]


@dataclass(frozen=True)
class Service:
    """One per application; everything that a route needs to answer."""

    knowledge: Knowledge
    runs: RunService
    token: str | None = None
    clock: Clock = date.today

    def today(self) -> date:
        return self.clock()

    def advise(self, answers: Answers, policy: PolicyId) -> Advice:
        """The advice for these answers, as of today."""
        return advise(self.knowledge, answers, policy, self.today())

    def claims_of(self, probe: str) -> list[Claim]:
        """The claims that a probe bears on."""
        return [claim for claim in self.knowledge.claims.values() if claim.probe == probe]
