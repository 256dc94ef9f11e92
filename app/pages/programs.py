"""Both programs of a probe, as a page shows them."""

from dataclasses import dataclass
from functools import cache

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from app.runs.catalogue import Probe


@dataclass(frozen=True)
class CodeView:
    """Highlighted source text."""

    shared: Markup
    pytorch: Markup
    tensorflow: Markup


def code_view(probe: Probe) -> CodeView:
    """Its source text, highlighted."""
    return CodeView(*(_highlighted(text) for text in (probe.code.shared, probe.code.pytorch, probe.code.tensorflow)))


@cache
def _highlighted(text: str) -> Markup:
    return Markup(highlight(text, PythonLexer(), HtmlFormatter(nowrap=True)))  # noqa: S704 - Pygments escapes it
