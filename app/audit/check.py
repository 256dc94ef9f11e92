"""Everything that `tiebreak rules check` looks at, in one call: the linter's findings and the audit's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.audit.bias import Bias, bias
from app.audit.freshness import Freshness, freshness
from app.audit.language import loaded_words, unequal_order
from app.audit.unreachable import outcome_findings
from app.errors import Finding, InvalidRules
from app.knowledge.base import Knowledge
from app.knowledge.drafts import Drafts
from app.knowledge.lint.linter import rule_findings
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

    def findings(self, day: date) -> tuple[Finding, ...]:
        """Every finding, in file order."""
        return InvalidRules(list(self._findings(day))).findings

    def _findings(self, day: date) -> Iterator[Finding]:
        yield from rule_findings(self.knowledge, self.drafts)
        yield from outcome_findings(self.knowledge, self.drafts, day)
        yield from loaded_words(self.drafts)
        yield from unequal_order(self.drafts)

    def audit(self, day: date) -> Audit:
        return Audit(
            self.knowledge.version, day, bias(self.knowledge, self.drafts, day), freshness(self.knowledge, day)
        )


def open_rules(overlay: Path | None = None, shipped: Path = RULES) -> Loaded:
    """A rule base to be checked.

    Raises:
        InvalidRules: with the loader's findings.
        UnusableSetting: a folder that is not there or holds no rule file.
    """
    drafts, changes = read(overlay, shipped)
    return Loaded(build(drafts, changes), drafts)


def check_all(day: date, overlay: Path | None = None, shipped: Path = RULES) -> tuple[Finding, ...]:
    """Every finding about a rule base, its loader's included; none when it is clean.

    Raises:
        UnusableSetting: a folder that is not there or holds no rule file.
    """
    try:
        return open_rules(overlay, shipped).findings(day)
    except InvalidRules as error:
        return error.findings
