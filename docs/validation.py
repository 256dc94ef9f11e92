"""Hold the advice against real decisions, and write the tables. Run by `make validate`, after a change of the rules."""

import json
from datetime import date
from pathlib import Path

from app.audit.validation import validate
from app.audit.validation_text import validation_data, validation_lines
from app.knowledge.loader import load
from app.paths import STATIC

DOCUMENT = Path(__file__).parent / "validation.md"
DATA = STATIC / "validation.json"

HEAD = """\
# Validation

How often the advice agrees with what real projects decided. `make validate` writes this page; the rows are the same on
`/methodology`. The decisions are in `rules/precedents/`, each with its place.

- **New or moving projects** chose PyTorch or TensorFlow. They are described without their old code. *Open*: `either`.
- **Projects that stayed, or took either** are described with their code. Right: they are not told to leave it.
- **Projects that serve both**. Right: neither framework is called `strong`.
- **Projects that chose JAX**. Right: JAX is named among the alternatives.

"""


def main() -> None:
    """Write the document for people, and the data for the page of the method."""
    knowledge = load()
    found = validate(knowledge, list(knowledge.precedents.values()), date.today())
    DOCUMENT.write_text(HEAD + "\n".join(validation_lines(found)) + "\n", encoding="utf-8")
    DATA.write_text(json.dumps(validation_data(found), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
