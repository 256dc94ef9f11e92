"""What a server may have found out: random verdicts on the claims that a program decides, and random speeds."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hypothesis import strategies as st

from app.knowledge.local_evidence import CheckedHere, LocalEvidence, MeasuredHere
from tests.support.advice.answer_sets import shipped_rules

DAY = date(2026, 11, 30)
VERDICTS = ("confirmed", "both", "partly", "refuted")


@dataclass(frozen=True)
class Found:
    """The same evidence in the engine's form and, plain, for whoever checks the engine."""

    verdicts: dict[str, Any] = field(default_factory=dict)
    faster: dict[str, Any] = field(default_factory=dict)

    @property
    def evidence(self) -> LocalEvidence:
        return LocalEvidence(
            revision=len(self.verdicts) + len(self.faster),
            claims={id: checked(verdict) for id, verdict in self.verdicts.items()},
            speeds={id: measured(framework) for id, framework in self.faster.items()},
        )


NOTHING = Found()


def checked(verdict: Any) -> CheckedHere:
    return CheckedHere(verdict, f"Seen to be {verdict}.", DAY, "r1", {"pytorch": "1", "tensorflow": "1"})


def measured(framework: Any) -> MeasuredHere:
    interval = (1.125, 1.375)
    if framework == "pytorch":
        return MeasuredHere("pytorch", 1.25, interval, DAY, "r2", {"pytorch": "1", "tensorflow": "1"})
    low, high = interval
    return MeasuredHere("tensorflow", 1 / 1.25, (1 / high, 1 / low), DAY, "r2", {"pytorch": "1", "tensorflow": "1"})


def random_evidence() -> st.SearchStrategy[Found]:
    """Verdicts on some claims, those that only people can decide included, and speeds of some workloads."""
    rules = shipped_rules()
    verdicts = st.dictionaries(st.sampled_from(list(rules.claims)), st.sampled_from(VERDICTS), max_size=60)
    if not rules.workloads:
        return st.builds(Found, verdicts)
    faster = st.dictionaries(st.sampled_from(list(rules.workloads)), st.sampled_from(["pytorch", "tensorflow"]))
    return st.builds(Found, verdicts, faster)
