"""Everything that `tiebreak rules check` looks at, in one call: the linter's issues and the audit's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.audit.bias import Bias, bias
from app.audit.freshness import Freshness, freshness
from app.audit.language import loaded_words, unequal_order
from app.audit.unreachable import outcome_issues
from app.errors import InvalidRules, LintIssue
from app.knowledge.base import Knowledge
from app.knowledge.drafts import Drafts
from app.knowledge.lint.linter import rule_issues
from app.knowledge.loader import build, read
from app.paths import RULES


@dataclass(frozen=True)
class Audit:
    """What there is to say of rules that load."""

    rules_version: str
    as_of: date
    bias: Bias
    freshness: Freshness


@dataclass(frozen=True)
class Loaded:
    """A rule base, and where its entries stand."""

    knowledge: Knowledge
    drafts: Drafts

    def issues(self, day: date) -> tuple[LintIssue, ...]:
        """Every issue, in file order."""
        return InvalidRules(list(self._issues(day))).issues

    def _issues(self, day: date) -> Iterator[LintIssue]:
        yield from rule_issues(self.knowledge, self.drafts)
        yield from outcome_issues(self.knowledge, self.drafts, day)
        yield from loaded_words(self.drafts)
        yield from unequal_order(self.drafts)

    def audit(self, day: date) -> Audit:
        return Audit(
            self.knowledge.version, day, bias(self.knowledge, self.drafts, day), freshness(self.knowledge, day)
        )


def open_rules(overlay: Path | None = None, shipped: Path = RULES) -> Loaded:
    """A rule base to be checked.

    Raises:
        InvalidRules: with the loader's issues.
        UnusableSetting: a folder that is not there or holds no rule file.
    """
    drafts, changes = read(overlay, shipped)
    return Loaded(build(drafts, changes), drafts)


def check_all(day: date, overlay: Path | None = None, shipped: Path = RULES) -> tuple[LintIssue, ...]:
    """Every issue about a rule base, its loader's included; none when it is clean.

    Raises:
        UnusableSetting: a folder that is not there or holds no rule file.
    """
    try:
        return open_rules(overlay, shipped).issues(day)
    except InvalidRules as error:
        return error.issues
