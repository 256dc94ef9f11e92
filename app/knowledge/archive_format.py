"""A rule base as one text, and back: so that an advice can be given again with the rules it was given with.

What programs check of a claim is left out: it takes no part in an advice, and its probe may be gone by then.
"""

import json
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from app.knowledge.base import Knowledge, OverlayChange
from app.knowledge.drafts import COLLECTIONS
from app.knowledge.models import Entry, Pick, Scoring

FORMAT = 1
"""Counts up when an older text can no longer be read."""


def to_text(knowledge: Knowledge) -> str:
    """A rule base as JSON; what a server found out is no part of it."""
    plain: dict[str, Any] = {
        name: [_written(entry) for entry in getattr(knowledge, name).values()]
        for name in COLLECTIONS
        if name != "stack"
    }
    plain["stack"] = [_written(pick) for pick in knowledge.stack]
    plain["scoring"] = knowledge.scoring.model_dump(mode="json")
    plain["overlay"] = [asdict(change) for change in knowledge.overlay]
    return json.dumps({"format": FORMAT, "version": knowledge.version, "rules": plain}, ensure_ascii=False)


def _written(entry: Entry) -> dict[str, Any]:
    """An entry as a rule file would have it."""
    plain = entry.model_dump(mode="json", exclude={"expects", "checks"})
    for key in ("matters_when", "unless", "when"):
        if plain.get(key):
            alternatives = plain[key]["alternatives"]
            plain[key] = "always" if alternatives == [{}] else alternatives
    return plain


def from_text(text: str) -> Knowledge | None:
    """The rule base of a text; None when its format is another, or its entries are no longer what they were.

    Raises:
        ValueError: the text is not one of `to_text`.
    """
    whole = json.loads(text)
    if whole["format"] != FORMAT:
        return None
    plain = whole["rules"]
    collections = {
        name: MappingProxyType(
            {entry["id"]: model.model_validate_json(json.dumps(entry)) for entry in plain.get(name, ())}
        )
        for name, model in COLLECTIONS.items()
        if name != "stack"
    }
    return Knowledge(
        **collections,  # type: ignore[arg-type]
        stack=tuple(Pick.model_validate_json(json.dumps(pick)) for pick in plain["stack"]),
        scoring=Scoring.model_validate_json(json.dumps(plain["scoring"])),
        overlay=tuple(OverlayChange(**change) for change in plain["overlay"]),
        shipped_version=whole["version"],
    )
