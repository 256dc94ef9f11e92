"""What the routes and the command line share: the rule base, the clock, and the few questions asked of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request

from app.advice.advising import advise
from app.advice.answers import Answers
from app.advice.models import Advice
from app.knowledge.base import Knowledge
from app.knowledge.models import PolicyId

Clock = Callable[[], date]


@dataclass(frozen=True)
class Service:
    """One per application; everything that a route needs to answer."""

    knowledge: Knowledge
    clock: Clock = date.today

    def today(self) -> date:
        return self.clock()

    def advise(self, answers: Answers, policy: PolicyId) -> Advice:
        """The advice for these answers, as of today."""
        return advise(self.knowledge, answers, policy, self.today())


def service_of(request: Request) -> Service:
    """The service of the application that a request came to; for `fastapi.Depends`."""
    service = request.app.state.service
    assert isinstance(service, Service)  # noqa: S101 - tells the type checker what create_app put there
    return service
