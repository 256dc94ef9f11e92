"""`tiebreak rules facts`: which facts the package index confirms, and which it no longer does."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

import click

from app.audit.facts import FactOutcome, FactResult, check_facts
from app.knowledge.loader import load
from app.settings import read_settings

WORDS: dict[FactOutcome, str] = {
    "no_longer_holds": "no longer holds",
    "not_checked": "not checked",
    "holds": "holds",
}
"""Outcomes in the order in which they are listed: first what somebody has to look at."""

NO_LONGER, NOT_CHECKED = 1, 3
"""Exit statuses; 2 stands for unusable arguments everywhere."""


@click.command("facts")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: one object for each check.")
def facts(as_json: bool) -> None:
    """Ask the package index that pip is set up with whether the facts that carry checks still hold.

    Nothing is changed. Exit status: 0 if all hold, 1 if one no longer holds, 3 if none failed but one could not be
    checked, for example without a network.
    """
    results = check_facts(load(read_settings().rules))
    if as_json:
        click.echo(json.dumps([_plain(result) for result in results], indent=2))
    else:
        for line in _lines(results):
            click.echo(line)
    sys.exit(_status(results))


def _plain(result: FactResult) -> dict[str, object]:
    check = result.check.model_dump(exclude_none=True)
    return {"claim": result.claim, "check": check, "outcome": result.outcome, "found": result.found}


def _lines(results: Sequence[FactResult]) -> Iterator[str]:
    for outcome, words in WORDS.items():
        for result in results:
            if result.outcome == outcome:
                yield f"{words}: {result.claim}: {result.check}; {result.found}"
    counted = Counter(result.outcome for result in results)
    yield ", ".join(f"{words}: {counted[outcome]}" for outcome, words in reversed(WORDS.items()))


def _status(results: Sequence[FactResult]) -> int:
    outcomes = {result.outcome for result in results}
    if "no_longer_holds" in outcomes:
        return NO_LONGER
    return NOT_CHECKED if "not_checked" in outcomes else 0
