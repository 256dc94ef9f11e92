"""What the two halves of a timing probe are given, and what they give back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from numpy.typing import NDArray

from probes.kit.observing import Observation

Array = NDArray[Any]
Arrays = dict[str, Array]
"""NumPy arrays by name, the same for both frameworks."""

Mode = Literal["ordinary", "eager", "compiled"]
"""How a step is run. `ordinary`: each framework's usual way, PyTorch eagerly and TensorFlow as `tf.function`;
`eager`: both eagerly; `compiled`: both through their compilers, `torch.compile` (Inductor) and XLA."""

Function = Callable[..., Any]


@dataclass(frozen=True)
class Setting:
    """What a half is built for.

    Attributes:
        variant: one of the probe's VARIANTS, or "" if it has none.
        device: "cpu", "cuda" or "mps": what PyTorch calls it. TensorFlow's halves run inside `tf.device` already.
        mode: see `Mode`.
        weights: what the probe's `weights` made; the same numbers for both frameworks.
        scratch: an empty folder of this process's own.
        trace: see `traced`.
    """

    variant: str
    device: str
    mode: Mode
    weights: Mapping[str, Array]
    scratch: Path
    trace: Callable[[Function], Function] = field(repr=False)

    def traced(self, function: Function) -> Function:
        """The function as the mode runs it.

        PyTorch: as it is, or `torch.compile(function)` when compiled. TensorFlow: `tf.function(function)`, the function
        as it is when eager, or `tf.function(function, jit_compile=True)` when compiled.
        """
        return self.trace(function)


@dataclass(frozen=True)
class Step:
    """A timed step with more to it than a function.

    Attributes:
        call: one step; given one set of `inputs` in their order, returns what is checked.
        observe: called once after the measuring; what it returns is shown beside the figures.
    """

    call: Function
    observe: Callable[[], Observation] | None = None
