"""The commands in the documents, word for word."""

import re

from app.paths import ROOT

TRYING = ("README.md", "## Run it with Docker")
HOSTING = ("docs/operating.md", "## Host it yourself")
"""Where the commands are: a document and its heading."""


def commands(document: str, heading: str) -> list[str]:
    """The shell blocks under a heading, in their order; those under its own subheadings too.

    Raises:
        AssertionError: there is no such heading, or no command under it.
    """
    text = (ROOT / document).read_text(encoding="utf-8")
    level = heading.partition(" ")[0]
    found = re.search(
        rf"^{re.escape(heading)}$\n(.*?)(?=^#{{1,{len(level)}}} |\Z)", text, flags=re.MULTILINE | re.DOTALL
    )
    assert found, f"{document} has no heading {heading!r}"
    blocks = re.findall(r"^```sh\n(.*?)^```$", found[1], flags=re.MULTILINE | re.DOTALL)
    assert blocks, f"{document} has no commands under {heading!r}"
    return blocks


def command(document: str, heading: str, holding: str) -> str:
    """The one block under a heading that holds some words."""
    found = [block for block in commands(document, heading) if holding in block]
    assert len(found) == 1, f"{len(found)} blocks under {heading!r} hold {holding!r}"
    return found[0]
