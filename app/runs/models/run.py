"""A run, from its request to its outcome, and its events."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import Field, computed_field, model_validator

from app.knowledge.models import Framework
from app.runs.models.base import FINAL, Device, Mode, Model, ModelWithComputedFields, Preset, RunStatus
from app.runs.models.comparisons import Comparison, Scaling
from app.runs.models.request import RunRequest
from app.runs.models.results import Failure, Result
from app.runs.models.verdicts import ClaimVerdict, Speed


class Measured(ModelWithComputedFields):
    """What a run found out."""

    environment: Mapping[str, Any] | None = None
    results: tuple[Result, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    verdicts: tuple[ClaimVerdict, ...] = ()
    speeds: tuple[Speed, ...] = ()
    scaling: Scaling | None = Field(default=None, description="Where the variants of the probe are sizes.")
    error: Failure | None = None

    @computed_field(description="The first of the comparisons; null in a run of everything.")  # type: ignore[prop-decorator]
    @property
    def comparison(self) -> Comparison | None:
        return self.comparisons[0] if self.comparisons and not self.comparisons[0].probe else None


class Outcome(Measured):
    """What an execution ends with."""

    status: Literal["done", "failed", "cancelled"]

    @model_validator(mode="before")
    @classmethod
    def _of_an_earlier_version(cls, data: Any) -> Any:
        """Earlier versions called `scaling` `findings`, and stored an empty one too."""
        if not isinstance(data, Mapping) or "findings" not in data:
            return data
        older = data["findings"]
        scaling = {"exponents": older["scaling"], "bounds": older["bounds"]} if older else None
        return {name: value for name, value in data.items() if name != "findings"} | {"scaling": scaling}


class RunHead(Model):
    """A run without what it found out."""

    id: str
    probe: str
    preset: Preset
    device: Device
    mode: Mode
    control: Framework | None
    claims: tuple[str, ...] = ()
    status: RunStatus
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def over(self) -> bool:
        return self.status in FINAL

    @property
    def request(self) -> RunRequest:
        return RunRequest(
            probe=self.probe,
            preset=self.preset,
            device=self.device,
            mode=self.mode,
            control=self.control,
            claims=self.claims,
        )


class Run(Measured, RunHead):
    """A run, from its request to its outcome."""


class Event(Model):
    """Something that happened in a run; `seq` counts from 1."""

    seq: int
    kind: Literal["status", "progress", "result", "end"]
    data: Mapping[str, Any]
