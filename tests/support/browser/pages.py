"""What tests in a browser look at on any page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.support.sizes import FULL

PAGE_MS, RUN_MS = 60_000, 240_000
"""How long a page and a run may take: no test measures time in a browser, and other tests may keep both cores busy."""

OF_COLOURS = {"runOnly": {"type": "tag", "values": ["cat.color"]}}
"""The rules of axe that a colour scheme can break; the elements of a page are the same in both."""


def open_all(page: Page) -> None:
    """Show what is folded away."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


def fits(page: Page) -> bool:
    """Whether the page is no wider than its window; scripts of the test run although the page's own may not."""
    assert page.viewport_size is not None
    return bool(page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"])


def is_dark(page: Page) -> bool:
    return bool(page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"))


def assert_everybody_can_read(page: Page) -> None:
    """The page fits its window and breaks no rule of axe; in short tests, in the dark scheme none of colours."""
    open_all(page)
    assert fits(page)
    results = Axe().run(page, options=OF_COLOURS if is_dark(page) and not FULL else None)
    assert results.violations_count == 0, results.generate_report()
