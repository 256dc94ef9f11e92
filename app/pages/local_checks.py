"""Which claims of an advice this server has checked, and which it could check."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from app.advice.schema.advice import Advice, Checking
from app.knowledge.base import Knowledge
from app.knowledge.models import Claim
from app.pages.grammar import counted, plural


@dataclass(frozen=True)
class LocalChecks:
    """Claims that count for these answers: the checked ones, and those that a check would take seconds or minutes."""

    checking: Checking
    fast: Sequence[Claim]
    slow: Sequence[Claim]
    needs_token: bool

    @property
    def sentence(self) -> str:
        """How many of the claims this server has checked."""
        checked, measured = len(self.checking.here), len(self.checking.measured)
        if checked:
            verdicts = f"This server checked {checked} of these statements. Its verdicts override the shipped ones."
        else:
            verdicts = (
                "This server has not checked any of these statements yet. You see the status that Tiebreak ships."
            )
        if not measured:
            return verdicts
        speeds = counted(measured, "speed measurement")
        return f"{verdicts} {speeds} of this server {plural(measured, 'counts', 'count')} too."

    @property
    def fast_summary(self) -> str:
        return f"{counted(len(self.fast), 'statement')} can be checked now"

    @property
    def slow_summary(self) -> str:
        count = len(self.slow)
        verbs = plural(
            count, "it compiles, starts processes or measures time", "they compile, start processes or measure time"
        )
        return f"{counted(count, 'statement')} {plural(count, 'takes', 'take')} minutes to check: {verbs}"

    @property
    def fast_button(self) -> str:
        return f"Check {_these(self.fast)} now"

    @property
    def slow_button(self) -> str:
        return f"Check {_these(self.slow)} (takes minutes)"


def _these(claims: Sequence[Claim]) -> str:
    return plural(len(claims), "it", f"these {len(claims)}")


def local_checks(knowledge: Knowledge, advice: Advice, slow: Container[str], *, needs_token: bool) -> LocalChecks:
    """What this server has checked and could check for an advice. `slow`: the probes that take minutes."""
    claims = [knowledge.claims[id] for id in advice.checking.open]
    return LocalChecks(
        checking=advice.checking,
        fast=[claim for claim in claims if claim.probe not in slow],
        slow=[claim for claim in claims if claim.probe in slow],
        needs_token=needs_token,
    )
