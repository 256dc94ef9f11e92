"""Grammar for the templates: plurals, lists, dates, and sentences that begin with a capital letter."""

from collections.abc import Iterable
from datetime import date, datetime


def plural(number: int, one: str, many: str | None = None) -> str:
    """The word that fits a number: `plural(2, "claim")` → `claims`; `plural(1, "takes", "take")` → `takes`."""
    return one if number == 1 else many or f"{one}s"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its word: `1 claim`, `3 claims`."""
    return f"{number:,} {plural(number, one, many)}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words as a list in a sentence: `a`, `a and b`, `a, b and c`."""
    *first, end = [*words] or [""]
    return f"{', '.join(first)} {last} {end}" if first else end


def capitalised(text: str) -> str:
    """The text with a capital first letter and everything else as it is."""
    return text[:1].upper() + text[1:]


def day_words(day: date | str) -> str:
    """`25 November 2026`; a date that is less exact stays as it is."""
    return f"{day.day} {day:%B %Y}" if isinstance(day, date) else day


def moment_words(moment: datetime) -> str:
    """`25 November 2026, 14:03:59 UTC`"""
    return f"{day_words(moment.date())}, {moment:%H:%M:%S} UTC"
