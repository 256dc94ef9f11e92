"""The templates as files: short lines and no unused partial. The navigation marks the page that is open."""

import re
from xml.etree.ElementTree import Element

import httpx
import pytest

from app.pages.page import NAVIGATION
from app.paths import ROOT, TEMPLATES
from tests.support.pages.page_client import page_at
from tests.support.pages.page_tree import only, text_of
from tests.support.web.web_client import CORE, advice_address

LONGEST = 120
FILES = {path.relative_to(TEMPLATES).as_posix(): path.read_text("utf-8") for path in TEMPLATES.rglob("*.*")}
USE = re.compile(r"""\{%-?\s*(?:extends|include|from|import)\s+["']([^"']+)["']""")


def used_by_templates() -> set[str]:
    return {name for text in FILES.values() for name in USE.findall(text)}


def used_by_pages() -> set[str]:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "app" / "pages").glob("*.py"))
    return set(re.findall(r'(?:html|text)\("([^"]+)"', source))


@pytest.mark.parametrize("name", FILES)
def test_no_line_of_a_template_is_long(name: str) -> None:
    long = [number for number, line in enumerate(FILES[name].splitlines(), 1) if len(line) > LONGEST]
    assert not long, f"{name}, lines {long}"


def test_every_template_is_used_and_every_used_one_exists() -> None:
    assert used_by_templates() | used_by_pages() == FILES.keys()
    assert not used_by_templates() & used_by_pages()


@pytest.mark.parametrize("name", FILES)
def test_plurals_are_made_in_python(name: str) -> None:
    """A template chooses no ending by a number; the filters `plural` and `counted` do."""
    assert not re.search(r"""["'](?:s|es|is|are|was|were|has|have)["'] if\b""", FILES[name])


def current_in(page: Element) -> list[tuple[str, str]]:
    """The links of the navigation that are marked: (address, mark)."""
    links = only(page, "nav").iter("a")
    return [(link.attrib["href"], link.attrib["aria-current"]) for link in links if "aria-current" in link.attrib]


@pytest.mark.parametrize("address", NAVIGATION)
async def test_the_navigation_marks_the_page(client: httpx.AsyncClient, address: str) -> None:
    page = await page_at(client, address)
    assert {link.attrib["href"]: text_of(link) for link in only(page, "nav").iter("a")} == NAVIGATION
    assert current_in(page) == [(address, "page")]


@pytest.mark.parametrize(
    ("address", "status", "section"),
    [
        (advice_address(CORE), 200, "/"),
        ("/claims/tf-only-reverse-mode", 200, "/claims"),
        ("/probes/ragged", 200, "/probes"),
        ("/nothing", 404, None),
    ],
)
async def test_the_navigation_marks_the_section_of_a_page_below(
    client: httpx.AsyncClient, address: str, status: int, section: str | None
) -> None:
    assert current_in(await page_at(client, address, status)) == ([(section, "true")] if section else [])
