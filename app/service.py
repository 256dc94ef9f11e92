"""What the routes share: the rule base, the clock, the runs, and the few questions asked of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.advice.advising import advise
from app.advice.answers import Answers
from app.advice.models import Advice
from app.knowledge.base import Knowledge
from app.knowledge.findings import with_findings
from app.knowledge.models import Claim, PolicyId
from app.runs.service import RunService
from app.server_findings import ServerFindings

Clock = Callable[[], date]

Revision = int | None
"""The number of the finding up to which verdicts of this server count; 0 for none, None for the newest."""


@dataclass(frozen=True)
class Service:
    """One per application; everything that a route needs to answer."""

    knowledge: Knowledge
    runs: RunService
    found: ServerFindings
    token: str | None = None
    clock: Clock = date.today

    def today(self) -> date:
        return self.clock()

    async def advise(self, answers: Answers, policy: PolicyId, revision: Revision = None) -> Advice:
        """The advice for these answers, as of today.

        Raises:
            InvalidFields: the server has not found as much as `revision` says.
        """
        return advise(self.knowledge, answers, policy, self.today(), await self.found.at(revision))

    async def known(self) -> Knowledge:
        """The rules with everything that this server has found out laid over them."""
        return with_findings(self.knowledge, await self.found.newest())

    def claims_of(self, probe: str) -> list[Claim]:
        """The claims that a probe bears on."""
        return [claim for claim in self.knowledge.claims.values() if claim.probe == probe]
