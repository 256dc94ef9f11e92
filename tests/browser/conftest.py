"""A running service and the system's Chromium."""

import os
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from bench.service_process import CHROMIUM, running_service
from tests.support.browser.pages import PAGE_MS
from tests.support.sizes import FULL

expect.set_options(timeout=PAGE_MS)

ELSEWHERE = "TIEBREAK_TEST_URL"
"""Names a server that runs already, in a container for one: the same journeys are gone there."""


@pytest.fixture(scope="session")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if address := os.environ.get(ELSEWHERE):
        yield address
        return
    with running_service(tmp_path_factory.mktemp("service") / "log") as address:
        yield address


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    assert CHROMIUM, "the browser tests need Chromium on the PATH"
    flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": flags}


Scheme = Literal["light", "dark"]

EVERY_LOOK: list[tuple[Scheme, int]] = [("light", 1200), ("dark", 320), ("dark", 1200), ("light", 320)]
LOOKS = EVERY_LOOK if FULL else EVERY_LOOK[:2]
"""Each colour scheme and each width; when tests are long, with each other."""


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def look(request: pytest.FixtureRequest, browser: Browser, base_url: str) -> Iterator[BrowserContext]:
    """A browser without JavaScript in each colour scheme, wide and as narrow as pages must be readable."""
    yield from _context(browser, base_url, request.param, scripts=False)


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def scripted(request: pytest.FixtureRequest, browser: Browser, base_url: str) -> Iterator[BrowserContext]:
    """The same with JavaScript, without which axe never ends."""
    yield from _context(browser, base_url, request.param, scripts=True)


def _context(browser: Browser, base_url: str, look: tuple[Scheme, int], scripts: bool) -> Iterator[BrowserContext]:
    scheme, width = look
    context = browser.new_context(
        base_url=base_url,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
        java_script_enabled=scripts,
    )
    yield context
    context.close()
