"""What every page has."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Page:
    """Base of every page's context: `title` is the browser tab's, `notice` appears above everything else."""

    title: str
    notice: str | None = field(default=None, kw_only=True)
