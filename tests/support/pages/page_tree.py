"""HTML pages as trees, read strictly: every element that needs an end tag must have one, in order."""

from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])


class _TreeParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = TreeBuilder()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in VOID:
            self.builder.end(tag)
        else:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        self.builder.end(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing, line {self.getpos()[0]}"
        assert self.open[-1] == tag, f"</{tag}> while <{self.open[-1]}> is open, line {self.getpos()[0]}"
        self.open.pop()
        self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        if self.open:
            self.builder.data(data)


def parse_page(html: str) -> Element:
    """The root element of a page.

    Raises:
        AssertionError: end tags and start tags do not match.
    """
    parser = _TreeParser()
    parser.feed(html)
    parser.close()
    assert not parser.open, f"never closed: {parser.open}"
    return parser.builder.close()


def text_of(element: Element) -> str:
    """The text in an element, with single spaces."""
    return " ".join("".join(element.itertext()).split())


def with_class(root: Element, name: str) -> list[Element]:
    return [element for element in root.iter() if name in element.get("class", "").split()]


def with_id(root: Element, id: str) -> Element:
    """The one element that has this id."""
    found = [element for element in root.iter() if element.get("id") == id]
    assert len(found) == 1, f"{len(found)} elements have the id {id}"
    return found[0]


def only(root: Element, tag: str) -> Element:
    """The one element of its kind."""
    found = list(root.iter(tag))
    assert len(found) == 1, f"{len(found)} elements <{tag}>"
    return found[0]


def ids_of(root: Element) -> list[str]:
    return [element.attrib["id"] for element in root.iter() if "id" in element.attrib]


def form_values(form: Element) -> list[tuple[str, str]]:
    """What a browser sends when this form is submitted as it stands: checked boxes, chosen options, hidden fields."""
    return [*_input_values(form), *_select_values(form)]


def _input_values(form: Element) -> Iterator[tuple[str, str]]:
    for field in form.iter("input"):
        if field.get("type") not in ("radio", "checkbox") or "checked" in field.attrib:
            yield field.attrib["name"], field.attrib["value"]


def _select_values(form: Element) -> Iterator[tuple[str, str]]:
    for field in form.iter("select"):
        options = list(field.iter("option"))
        chosen = [option for option in options if "selected" in option.attrib] or options[:1]
        yield field.attrib["name"], chosen[0].attrib["value"]
