"""What tests in a browser look at on any page."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.support.sizes import FULL

PAGE_MS, RUN_MS = 60_000, 240_000
"""How long a page and a run may take: no test measures time in a browser, and other tests may keep both cores busy."""

Scheme = Literal["light", "dark"]

SCHEMES: tuple[Scheme, Scheme] = ("light", "dark")

OF_COLOURS = {"runOnly": {"type": "tag", "values": ["cat.color"]}}
"""The rules of axe that a colour scheme can break; the elements of a page are the same in both."""


def open_all(page: Page) -> None:
    """Show what is folded away."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


def fits(page: Page) -> bool:
    """Whether the page is no wider than its window; scripts of the test run although the page's own may not."""
    assert page.viewport_size is not None
    return bool(page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"])


def assert_axe_finds_nothing(browser: Browser, address: str, scheme: Scheme) -> None:
    """With all rules in the light scheme and, unless tests are long, with those of colours in the dark one."""
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    open_all(page)
    results = Axe().run(page, options=None if FULL or scheme == "light" else OF_COLOURS)
    context.close()
    assert results.violations_count == 0, results.generate_report()
