"""What every page has: a title, a notice, and its place in the navigation."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

NAVIGATION = {
    "/": "Questions",
    "/claims": "Claims",
    "/verdicts": "Verdicts",
    "/precedents": "Precedents",
    "/map": "Map",
    "/paths": "Paths",
    "/probes": "Probes",
    "/sources": "Sources",
    "/methodology": "Methodology",
    "/docs": "API",
}
"""Address → label, in order."""


@dataclass(frozen=True)
class NavigationLink:
    """`current` is the value of `aria-current`: `page` on that very page, `true` on the pages below it."""

    address: str
    label: str
    current: Literal["page", "true"] | None


@dataclass(frozen=True)
class Page:
    """Base of every page's context: `title` is the browser tab's, `notice` appears above everything else."""

    section: ClassVar[str | None] = None
    """The address in the navigation to which the page belongs."""
    below_section: ClassVar[bool] = False
    """Whether it is a page below that address."""

    title: str
    notice: str | None = field(default=None, kw_only=True)

    @property
    def navigation(self) -> Sequence[NavigationLink]:
        return [NavigationLink(address, label, self._current(address)) for address, label in NAVIGATION.items()]

    def _current(self, address: str) -> Literal["page", "true"] | None:
        if address != self.section:
            return None
        return "true" if self.below_section else "page"
