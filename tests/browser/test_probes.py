"""A visitor runs probes: with scripts the page follows the run, without them it reloads itself."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.browser.pages import RUN_MS, assert_everybody_can_read

TIMED, CAPABILITY = "dispatch", "polynomial_gradient"


@pytest.fixture(scope="module")
def runs(browser: Browser, base_url: str) -> dict[str, str]:
    """A finished run of each kind: the probe and the address of its page."""
    return {probe: _run(browser, base_url, probe, scripts=True) for probe in (TIMED, CAPABILITY)}


def _run(browser: Browser, base_url: str, probe: str, scripts: bool) -> str:
    context = browser.new_context(base_url=base_url, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"/probes/{probe}")
    page.get_by_role("button", name="Run").click()
    expect(page).to_have_url(re.compile(r"/runs/[0-9a-f]{16}$"))
    expect(page.locator(".badge-run-done")).to_be_visible(timeout=RUN_MS)
    address = page.url
    context.close()
    return address


def test_the_catalogue_leads_to_both_programs(look: BrowserContext) -> None:
    page = look.new_page()
    page.goto("/probes")
    expect(page.locator("#machine")).to_be_visible()
    expect(page.locator(".machine")).to_contain_text("2.13")
    page.get_by_role("link", name="Attention", exact=True).click()
    for framework in ("pytorch", "tensorflow"):
        expect(page.locator(f".column-{framework} pre")).to_contain_text(f"def {framework}(")


def test_a_run_is_followed_to_its_end_without_scripts(browser: Browser, base_url: str) -> None:
    assert "/runs/" in _run(browser, base_url, CAPABILITY, scripts=False)


def test_a_timed_run_says_its_verdict_with_both_samples(look: BrowserContext, runs: dict[str, str]) -> None:
    page = look.new_page()
    page.goto(runs[TIMED])
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Indicative only|Too noisy for a result"))
    expect(page.locator("svg.samples .plot-dot").first).to_be_visible()
    expect(page.locator(".blas")).to_contain_text("GF/s")
    expect(page.get_by_text("Both computed the same")).to_be_visible()
    page.get_by_text("All timed blocks").click()
    assert page.locator("details[open] tbody tr").count() >= 16


def test_a_capability_run_shows_both_observations(look: BrowserContext, runs: dict[str, str]) -> None:
    page = look.new_page()
    page.goto(runs[CAPABILITY])
    expect(page.get_by_role("heading", level=1)).to_have_text("Observed in both frameworks.")
    assert page.locator("table.observed tbody tr").count() >= 5


@pytest.mark.parametrize("probe", [TIMED, CAPABILITY])
def test_everybody_can_read_a_result(scripted: BrowserContext, runs: dict[str, str], probe: str) -> None:
    page = scripted.new_page()
    page.goto(runs[probe])
    assert_everybody_can_read(page)


@pytest.fixture
def waiting(browser: Browser, base_url: str) -> Iterator[Page]:
    """The page of a run that takes long enough to be cancelled."""
    context = browser.new_context(base_url=base_url)
    page = context.new_page()
    page.goto("/probes/mlp_train")
    page.get_by_label(re.compile("Rigorous")).check()
    page.get_by_role("button", name="Run").click()
    yield page
    context.close()


def test_a_run_shows_its_progress_and_can_be_cancelled(waiting: Page) -> None:
    expect(waiting.locator("#progress-text")).to_have_text(re.compile("starting|threads?"), timeout=RUN_MS)
    results = Axe().run(waiting)
    assert results.violations_count == 0, results.generate_report()
    waiting.get_by_role("button", name="Cancel").click()
    expect(waiting.locator(".badge-run-cancelled")).to_be_visible(timeout=RUN_MS)
    expect(waiting.get_by_role("heading", level=1)).to_have_text("Cancelled.")
