"""Over plain HTTP under a name, as in a local network, browsers say less of a form's origin; it works all the same."""

from playwright.sync_api import BrowserType

from bench.service_process import CHROMIUM

FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--host-resolver-rules=MAP tiebreak.test 127.0.0.1",
]


def test_a_form_is_known_as_this_sites_own(browser_type: BrowserType, base_url: str) -> None:
    browser = browser_type.launch(executable_path=CHROMIUM, args=FLAGS)
    try:
        page = browser.new_page(base_url=base_url.replace("127.0.0.1", "tiebreak.test"), java_script_enabled=False)
        page.goto("/probes/polynomial_gradient")
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.click("form button[type=submit]")
        assert "sec-fetch-site" not in sent.value.headers
        page.wait_for_url("**/runs/*")
        page.click("form button[type=submit]")
        page.wait_for_load_state()
        assert page.get_by_role("heading", level=1).count() == 1
    finally:
        browser.close()
