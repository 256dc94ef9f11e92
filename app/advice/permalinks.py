"""The address of an advice: one for each set of answers and preferences, in one canonical order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from app.advice.model.answers import Answers
from app.advice.preferences import DEFAULT_POLICY, Preferences
from app.advice.robustness.acceptability import EVERYTHING

PRIORITY = "weight."
"""What stands before a criterion in the key of its priority."""

CERTAIN = "certain"
"""The key of what is to be taken as certain: `weights`, `evidence`."""


@dataclass(frozen=True)
class Made:
    """With what a link was made: the version of the rules, and the day; None where it does not say."""

    rules: str | None = None
    on: date | None = None


LATELY = Made()


def permalink(answers: Answers, preferences: Preferences, revision: int | None = None, made: Made = LATELY) -> str:
    """The address of the advice's page, without scheme and host.

    Args:
        revision: the server's finding up to which its verdicts count, 0 for the rules as they are shipped; None for
            whatever is newest when the page is read.
        made: the rules and the day that the address keeps to: read later, it shows then and now.
    """
    return f"/advice?{urlencode([*answers.pairs(), *wished(preferences, revision, made)])}"


def wished(preferences: Preferences, revision: int | None = None, made: Made = LATELY) -> Iterator[tuple[str, str]]:
    """(key, value) of whatever is not as it is by default."""
    if preferences.policy != DEFAULT_POLICY:
        yield "policy", preferences.policy
    for criterion, factor in preferences.priorities.factors:
        yield PRIORITY + criterion, f"{factor:g}"
    if preferences.uncertain != EVERYTHING:
        for name in ("weights", "evidence"):
            if not getattr(preferences.uncertain, name):
                yield CERTAIN, name
    if revision is not None:
        yield "verdicts", str(revision) if revision else "shipped"
    if made.rules is not None:
        yield "rules", made.rules
    if made.on is not None:
        yield "on", made.on.isoformat()
