"""Take the README's picture of the advice anew. Needs Chromium; run by `make picture`."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.service_process import CHROMIUM, running_service

PICTURE = Path(__file__).parent / "images" / "advice.png"
ADDRESS = "/advice?language=python&deployment=server&data_type=text&goal=production"


def main() -> None:
    """Photograph the top of the page at one and a half times its size."""
    with tempfile.TemporaryDirectory() as folder, running_service(Path(folder) / "log") as base, sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1100, "height": 1180}, device_scale_factor=1.5, color_scheme="light")
        page.goto(base + ADDRESS)
        PICTURE.parent.mkdir(exist_ok=True)
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
