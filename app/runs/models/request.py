"""What to run."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from app.knowledge.models import Framework
from app.runs.models.base import Device, Mode, Model, Preset


class RunRequest(Model):
    """What to run."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    probe: str = Field(
        description="A probe's id, or `everything`: every probe that a claim names.", examples=["matmul_256"]
    )
    preset: Preset = Field(
        default="quick",
        description="How carefully to measure. Of `everything`, `quick` runs the fast capability probes alone.",
    )
    device: Device = Field(default="cpu", description="Where the tensors are.")
    mode: Mode = Field(
        default="ordinary",
        description="`ordinary`: PyTorch eagerly, TensorFlow as tf.function; `eager`: both eagerly; `compiled`: "
        "torch.compile and XLA.",
    )
    control: Framework | None = Field(
        default=None,
        description="Run this framework in both places: a control, which should find no difference.",
    )
    claims: Annotated[tuple[str, ...], BeforeValidator(lambda v: tuple(v) if isinstance(v, list) else v)] = Field(
        default=(), max_length=500, description="Of `everything`, only what is needed to check these claims."
    )
