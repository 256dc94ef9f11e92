"""The validation as Markdown and as plain data."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.audit.validation import GROUPS, SINCE, Group, Judgement, Validation

GROUP_NAMES: Mapping[Group, str] = {
    "moving": "new or moving projects",
    "staying": "projects that stayed, or took either",
    "dual": "projects that serve both",
    "jax": "projects that chose JAX",
}


JUDGEMENT_WORDS: Mapping[Judgement, str] = {
    "right": "right",
    "open": "open",
    "wrong": "wrong",
    "strongly_wrong": "strongly wrong",
}


def validation_lines(found: Validation) -> Iterator[str]:
    """Tables for people: who judged how many decisions rightly, and how well the shares are calibrated."""
    tested = sum(found.decisions.values())
    yield f"{tested} decisions since {SINCE}, as of {found.day}. Each is tested without its own project's precedents."
    yield ""
    heads = [f"{GROUP_NAMES[group]} ({found.decisions.get(group, 0)})" for group in GROUPS]
    yield f"| | {' | '.join(heads)} | all right |"
    yield "| --- |" + " --- |" * (len(GROUPS) + 1)
    for advisor, table in found.tables.items():
        cells = [_cell(table[group]) for group in GROUPS]
        count = sum(sum(counts.values()) for counts in table.values())
        yield f"| {advisor} | {' | '.join(cells)} | {found.right(advisor)} of {count} |"
    yield ""
    yield "| share of weightings that the side in front wins | decisions for one framework | that side was chosen |"
    yield "| --- | --- | --- |"
    for band in found.calibration:
        yield f"| {band.low:.0%} to {band.high:.0%} | {band.decisions} | {band.agreed} |"


def _cell(counts: Mapping[Judgement, int]) -> str:
    """`27 right, 3 open, 1 wrong`."""
    said = [f"{counts[name]} {words}" for name, words in JUDGEMENT_WORDS.items() if counts[name]]
    return ", ".join(said) or "none"


def validation_data(found: Validation) -> dict[str, Any]:
    """The same for programs."""
    return {
        "day": found.day.isoformat(),
        "since": SINCE,
        "decisions": {group: found.decisions.get(group, 0) for group in GROUPS},
        "tables": {name: {group: dict(table[group]) for group in GROUPS} for name, table in found.tables.items()},
        "calibration": [vars(band) for band in found.calibration],
    }
