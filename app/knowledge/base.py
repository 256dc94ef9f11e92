"""The rule base as one immutable value: what everything else of the service reads."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from app.knowledge.local_evidence import LocalEvidence
from app.knowledge.missing_paths import Ways, missing_path_constraints, ways_of
from app.knowledge.models import (
    Alternative,
    Argument,
    Caution,
    Claim,
    Component,
    Constraint,
    Criterion,
    Entry,
    ModelPath,
    Pick,
    Place,
    Policy,
    PolicyId,
    Precedent,
    Question,
    Role,
    Scoring,
    ShippedVerdict,
    Source,
    Workload,
)


@dataclass(frozen=True)
class OverlayChange:
    """One entry that a folder of own rules added to the shipped ones, or put in place of one of them."""

    collection: str
    id: str
    action: str


@dataclass(frozen=True, eq=False)
class Knowledge:
    """Every entry of the rule base by id, in the order of the files. Built by `app.knowledge.loader` only.

    Compared by identity, so that it can be a key of a cache.
    """

    sources: Mapping[str, Source]
    criteria: Mapping[str, Criterion]
    arguments: Mapping[str, Argument]
    questions: Mapping[str, Question]
    claims: Mapping[str, Claim]
    verdicts: Mapping[str, ShippedVerdict]
    workloads: Mapping[str, Workload]
    components: Mapping[str, Component]
    constraints: Mapping[str, Constraint]
    cautions: Mapping[str, Caution]
    alternatives: Mapping[str, Alternative]
    places: Mapping[str, Place]
    paths: Mapping[str, ModelPath]
    roles: Mapping[str, Role]
    policies: Mapping[PolicyId, Policy]
    precedents: Mapping[str, Precedent]
    stack: tuple[Pick, ...]
    scoring: Scoring
    overlay: tuple[OverlayChange, ...] = ()
    local_evidence: LocalEvidence | None = None
    shipped_version: str | None = None

    @cached_property
    def version(self) -> str:
        """The first 12 hex digits of the SHA-256 of the whole rule base: equal rules, equal version.

        What a server found out changes nothing about the version of its rules.
        """
        if self.shipped_version is not None:
            return self.shipped_version
        return hashlib.sha256(json.dumps(self._plain(), sort_keys=True).encode()).hexdigest()[:12]

    @cached_property
    def ways(self) -> Ways:
        """The paths by place and framework, the best trodden first."""
        return ways_of(self.paths)

    @cached_property
    def hard_constraints(self) -> tuple[Constraint, ...]:
        """Those of the rules, then those that follow from missing paths."""
        return (*self.constraints.values(), *missing_path_constraints(self.places, self.ways))

    def _plain(self) -> dict[str, Any]:
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        collections = {name: value for name, value in parts.items() if isinstance(value, Mapping)}
        plain: dict[str, Any] = {name: [_dump(e) for e in entries.values()] for name, entries in collections.items()}
        return plain | {"stack": [_dump(pick) for pick in self.stack], "scoring": _dump(self.scoring)}


def _dump(entry: Entry) -> Any:
    plain = entry.model_dump(mode="json")
    return {key: sorted(value) if key == "counts" else value for key, value in plain.items()}
