"""Load the rule base: the shipped folder, and over it a folder of the host's own rules."""

from collections.abc import Collection, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.errors import InvalidRules, LintIssue, UnusableSetting
from app.knowledge.base import Knowledge, OverlayChange
from app.knowledge.drafts import COLLECTIONS, Draft, Drafts, drafts_of
from app.knowledge.files import read_folder
from app.knowledge.models import Claim, ShippedVerdict
from app.knowledge.references import reference_issues
from app.paths import RULES

"""The rules that come with Tiebreak."""


def load(overlay: Path | None = None, shipped: Path = RULES, past_probes: Collection[str] = ()) -> Knowledge:
    """Read the rule base, with `overlay` over the shipped rules when it is given.

    `past_probes`: what rules of another day may name though there are no such probes today.

    Raises:
        InvalidRules: with every issue of every file, when there is one.
        UnusableSetting: a folder that is not there or holds no rule file.
    """
    return build(*read(overlay, shipped, past_probes))


def read(
    overlay: Path | None, shipped: Path, past_probes: Collection[str] = ()
) -> tuple[Drafts, tuple[OverlayChange, ...]]:
    """The entries of a rule base that may be used, still with their places, and what the overlay changed.

    Raises:
        InvalidRules, UnusableSetting: as `load` does.
    """
    drafts, issues = _read_layer(shipped, "rules")
    changes: tuple[OverlayChange, ...] = ()
    if overlay is not None:
        own, own_issues = _read_layer(overlay, str(overlay))
        issues += own_issues
        drafts, changes = _lay_over(drafts, own)
    issues += reference_issues(drafts, whole=not issues, past_probes=past_probes)
    if issues:
        raise InvalidRules(issues)
    return drafts, changes


def _read_layer(folder: Path, label: str) -> tuple[Drafts, list[LintIssue]]:
    if not folder.is_dir():
        raise UnusableSetting(f"the folder of rules {folder} is not there")
    files, issues = read_folder(folder, label)
    if not files and not issues:
        raise UnusableSetting(f"the folder of rules {folder} holds no .yaml file")
    layer = Drafts()
    for file in files:
        read = drafts_of(file)
        issues += read.issues
        layer.broken |= read.broken
        for collection, draft in read.drafts:
            issues += _add(layer[collection], collection, draft)
    return layer, issues


def _add(entries: dict[str, Draft[Any]], collection: str, draft: Draft[Any]) -> list[LintIssue]:
    id = f"{draft.file.name}:{draft.id}" if collection == "stack" else draft.id
    if id in entries:
        first = entries[id]
        place = f"{first.file.name}:{first.file.line(first.at)}"
        return [draft.issue("duplicate-id", f"this id of '{collection}' stands in {place} already")]
    entries[id] = draft
    return []


def _lay_over(shipped: Drafts, own: Drafts) -> tuple[Drafts, tuple[OverlayChange, ...]]:
    """Own entries replace shipped ones of the same id and follow the rest; own picks come first: the first wins."""
    changes = tuple(
        OverlayChange(collection, id, "replaced" if id in shipped[collection] else "added")
        for collection, entries in own.items()
        for id in entries
    )
    merged = Drafts({name: {**shipped[name], **own[name]} for name in [*COLLECTIONS, "scoring"]})
    merged["stack"] = {**own["stack"], **shipped["stack"]}
    merged.broken = shipped.broken | own.broken
    return merged, changes


def build(drafts: Drafts, changes: Sequence[OverlayChange]) -> Knowledge:
    """The rule base without places. The drafts come from `read`."""
    entries = {name: {id: draft.entry for id, draft in drafts[name].items()} for name in COLLECTIONS}
    entries["claims"] = {id: _as_found(draft, drafts["verdicts"].get(id)) for id, draft in drafts["claims"].items()}
    stack = tuple(entries.pop("stack").values())
    scoring = next(iter(drafts["scoring"].values())).entry
    frozen: dict[str, Any] = {name: MappingProxyType(collection) for name, collection in entries.items()}
    return Knowledge(**frozen, stack=stack, scoring=scoring, overlay=tuple(changes))


def _as_found(claim: Draft[Claim], verdict: Draft[ShippedVerdict] | None) -> Claim:
    """A claim with the status that its own run gave it. A verdict says nothing of the claim that an overlay put there.

    The status of a fact about the ecosystem, dated and reviewed by people, stands: a program cannot ask the world.
    """
    if verdict is None or verdict.file.layer != claim.file.layer or not claim.entry.is_decided_by_running:
        return claim.entry
    found = verdict.entry
    update = {"status": found.verdict, "note": found.reason, "checked_on": found.found_on}
    return claim.entry.model_copy(update=update)
