"""Raw results: one JSON file for each benchmark, in the repository. The report is made from them alone."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from bench.conditions import Conditions

RESULTS = Path(__file__).parent / "results"


class Row(BaseModel):
    """Base of the rows that benchmarks store."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Result(Row):
    """The rows of a benchmark, and the conditions under which they were measured."""

    benchmark: str
    conditions: Conditions
    settings: dict[str, Any]
    rows: tuple[dict[str, Any], ...]


def store(folder: Path, result: Result) -> None:
    """Store a result in place of the previous one."""
    folder.mkdir(parents=True, exist_ok=True)
    head = json.dumps(result.model_dump(mode="json", exclude={"rows"}), indent=1, ensure_ascii=False)
    rows = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in result.rows)
    text = f'{head.removesuffix("}").rstrip()},\n "rows": [\n{rows}\n ]\n}}\n'
    (folder / f"{result.benchmark}.json").write_text(text, "utf-8")


def read(folder: Path, benchmark: str) -> Result | None:
    """The stored result of a benchmark, or None when it has not been run."""
    path = folder / f"{benchmark}.json"
    return Result.model_validate_json(path.read_text("utf-8")) if path.exists() else None
