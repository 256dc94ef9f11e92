"""What both halves of a probe observed, side by side."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.knowledge.models import FRAMEWORKS
from app.runs.models import Run
from app.runs.verdicts.observations import is_error


@dataclass(frozen=True)
class ObservationRow:
    """One thing that was observed, in both frameworks; None where a half said nothing of it."""

    key: str
    pytorch: str | None
    tensorflow: str | None


def observation_rows(run: Run) -> list[ObservationRow]:
    """What both halves observed, key by key, in the order of the first half that has the key."""
    found = {result.framework: result.observation or {} for result in run.results}
    keys = list(dict.fromkeys(key for framework in FRAMEWORKS for key in found.get(framework, {})))
    return [_row(key, found) for key in keys]


def _row(key: str, found: Mapping[Any, Mapping[str, Any]]) -> ObservationRow:
    said = [plain(found[f][key]) if key in found.get(f, {}) else None for f in FRAMEWORKS]
    return ObservationRow(key.replace("_", " "), *said)


def plain(value: Any) -> str:
    """A value of an observation for people: text as it is, the rest as compact JSON."""
    if isinstance(value, str):
        return value
    if is_error(value):
        return f"{value['type']}: {value['message']}"
    return json.dumps(value, ensure_ascii=False)


def entries_of(observation: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What one half observed: (key, value) in words."""
    return [(key.replace("_", " "), plain(value)) for key, value in observation.items()]
