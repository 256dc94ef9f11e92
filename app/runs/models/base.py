"""The words that all models of a run share."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Preset = Literal["quick", "standard", "rigorous"]
Device = Literal["cpu", "cuda", "mps"]
Mode = Literal["ordinary", "eager", "compiled"]
ProbeKind = Literal["capability", "timing"]
RunStatus = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
ArmPlace = Literal["first", "second"]
Cache = Literal["hot", "cold"]
Key = tuple[str, int | None, Cache]

EVERYTHING = "everything"
"""Stands for a probe in the request of a run that checks every claim."""

FINAL: tuple[RunStatus, ...] = ("done", "failed", "cancelled", "interrupted")


class Model(BaseModel):
    """Base of what a run is made of: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelWithComputedFields(Model):
    """A model whose JSON has fields that follow from others. They are left out when it is read again."""

    @model_validator(mode="before")
    @classmethod
    def _without_computed(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        return {name: value for name, value in data.items() if name not in cls.model_computed_fields}


PageNumber = Annotated[int, Field(ge=1, le=10_000)]
