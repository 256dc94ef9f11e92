"""`tiebreak rules check`: the issues about a rule base, and on request its audit and an edit's impact."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from app.audit.check import Audit, open_rules
from app.audit.declarations import read_declarations, undeclared
from app.audit.impact import Impact, impact
from app.audit.revisions import rules_at
from app.audit.text import audit_lines, impact_lines
from app.errors import InvalidRules, LintIssue, UnreadableRules
from app.settings import read_settings


@dataclass(frozen=True)
class Checked:
    """What a check found. `note`: why the impact that was asked for is not there."""

    issues: tuple[LintIssue, ...]
    audit: Audit | None = None
    impact: Impact | None = None
    note: str | None = None


@click.command("check")
@click.option("--audit", is_flag=True, help="Say also who wins over all core answers, and how the rules are balanced.")
@click.option(
    "--against",
    metavar="REVISION",
    help="Say also what changes since a git revision: whose recommendation, from what to what, through which rule.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the issues; with audit or impact, an object.")
def check(audit: bool, against: str | None, as_json: bool) -> None:
    """Check the rules: what is invalid, dead, needless, contradicting, unreachable, loaded, or changes too much."""
    checked = _check(read_settings().rules, date.today(), audit, against)
    if as_json:
        found = [asdict(issue) for issue in checked.issues]
        plain = _plain(checked, found, audit, against) if audit or against else found
        click.echo(json.dumps(plain, indent=2, default=str))
    else:
        for line in _lines(checked):
            click.echo(line)
    if checked.issues:
        sys.exit(1)


def _check(overlay: Path | None, day: date, audit: bool, against: str | None) -> Checked:
    """Raises UnusableRevision: there are no rules of that revision to compare with."""
    try:
        loaded = open_rules(overlay)
    except InvalidRules as error:
        wanted = audit or against is not None
        return Checked(error.issues, note="rules that do not load have no audit and no impact" if wanted else None)
    issues = loaded.issues(day)
    told = loaded.audit(day) if audit else None
    if against is None:
        return Checked(issues, told)
    try:
        found = impact(rules_at(against, overlay), loaded.knowledge, day)
    except UnreadableRules as error:
        return Checked(issues, told, note=str(error))
    return Checked((*issues, *_undeclared(found)), told, found)


def _undeclared(found: Impact) -> Iterator[LintIssue]:
    declared, faults = read_declarations()
    yield from faults
    yield from undeclared(found, declared)


def _plain(checked: Checked, issues: Sequence[Any], audit: bool, against: str | None) -> dict[str, Any]:
    """The keys that were asked for; null where there is nothing to say, and why."""
    plain: dict[str, Any] = {"issues": issues}
    if audit:
        plain["audit"] = asdict(checked.audit) if checked.audit else None
    if against:
        plain["impact"] = asdict(checked.impact) if checked.impact else None
    return plain | ({"note": checked.note} if checked.note else {})


def _lines(checked: Checked) -> Iterator[str]:
    yield from map(str, checked.issues)
    count = len(checked.issues)
    yield f"{count} issue{'' if count == 1 else 's'}" if count else "The rules are clean."
    if checked.audit:
        yield from ("", *audit_lines(checked.audit))
    if checked.impact:
        yield from ("", *impact_lines(checked.impact))
    elif checked.note:
        yield f"Nothing more to say: {checked.note}."
