"""Raw results: one JSON file a part, kept in the repository, from which alone the report is made."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from bench.conditions import Conditions

RESULTS = Path(__file__).parent / "results"


class Row(BaseModel):
    """Base of what a part stores for each thing that it measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Result(Row):
    """What a part measured, and under which conditions."""

    part: str
    conditions: Conditions
    settings: dict[str, Any]
    rows: tuple[dict[str, Any], ...]


def store(folder: Path, result: Result) -> None:
    """Put a result into the folder in place of the part's previous one."""
    folder.mkdir(parents=True, exist_ok=True)
    head = json.dumps(result.model_dump(mode="json", exclude={"rows"}), indent=1, ensure_ascii=False)
    rows = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in result.rows)
    text = f'{head.removesuffix("}").rstrip()},\n "rows": [\n{rows}\n ]\n}}\n'
    (folder / f"{result.part}.json").write_text(text, "utf-8")


def read(folder: Path, part: str) -> Result | None:
    """The stored result of a part, or None when it has not been run."""
    path = folder / f"{part}.json"
    return Result.model_validate_json(path.read_text("utf-8")) if path.exists() else None
