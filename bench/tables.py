"""Tables and figures as Markdown and for the terminal."""

from collections.abc import Sequence

from bench.intervals import Interval, rate_interval

NAMES = {"pytorch": "PyTorch", "tensorflow": "TensorFlow"}


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(str(cell) for cell in line) + " |" for line in lines]


def ratio(value: float, interval: Interval | None) -> str:
    """A ratio with its interval."""
    return f"{value:.3f} ({interval[0]:.3f} to {interval[1]:.3f})" if interval else f"{value:.3f}"


def rate(hits: int, trials: int) -> str:
    """A rate with its interval, in percent."""
    if not trials:
        return "–"
    lower, upper = rate_interval(hits, trials)
    return f"{hits / trials:.1%} ({lower:.1%} to {upper:.1%})"


def within(interval: Interval | None, share: float) -> str:
    """Whether a ratio's interval lies within 1 ± share."""
    if interval is None:
        return "no interval from one repetition"
    if 1 - share <= interval[0] and interval[1] <= 1 + share:
        return "yes"
    return "no" if interval[0] > 1 + share or interval[1] < 1 - share else "the interval is partly outside"
