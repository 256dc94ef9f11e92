"""Changes of the rules that were meant: `rules/impact.toml` says how much of the core answer space may change, and why.

The rule loader does not read it, and a rule base's version does not depend on it.
"""

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.audit.impact import Impact
from app.errors import LintIssue
from app.knowledge.models import NAMES, Share, Text
from app.paths import RULES

DECLARED = RULES / "impact.toml"
"""Where changes are declared."""

NAME = "rules/impact.toml"

FREE = 0.01
"""The share of the core answer space that may change under a policy without a word."""


class Declaration(BaseModel):
    """The rules of version `to` may change up to `share` (0 to 1) of the core answer space, under each policy."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    to: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    share: Share
    because: Text


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    change: list[Declaration] = []


def read_declarations(path: Path = DECLARED) -> tuple[list[Declaration], list[LintIssue]]:
    """The declared changes, none where there is no file; and what is wrong with the file."""
    try:
        return _File.model_validate(_parsed(path)).change, []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return [], [LintIssue(NAME, 1, "invalid-declaration", str(error))]
    except ValidationError as error:
        return [], [
            LintIssue(NAME, 1, "invalid-declaration", _place(one["loc"]) + one["msg"]) for one in error.errors()
        ]


def _parsed(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _place(parts: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in parts) + ": "


def undeclared(impact: Impact, declared: Sequence[Declaration]) -> Iterator[LintIssue]:
    """An issue for each policy under which more changes than is free, and more than was declared."""
    allowed = max([FREE, *(one.share for one in declared if one.to == impact.rules_after)])
    for policy, found in impact.policies.items():
        if found.share > allowed:
            moves = ", ".join(f"{NAMES[m.before]} → {NAMES[m.after]} {m.count}" for m in found.moves)
            message = (
                f"under '{policy}' {found.changed} of {found.situations} core situations change ({found.share:.1%}): "
                f'{moves}; if that is meant, declare it with to = "{impact.rules_after}"'
            )
            yield LintIssue(NAME, 1, "undeclared-impact", message)
