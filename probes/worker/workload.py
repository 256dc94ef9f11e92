"""A probe's half, built and fed: rotating inputs, the step, and the check of its last output."""

from __future__ import annotations

import math
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from probes.kit.task import Array, Arrays, Mode, Setting, Step
from probes.worker.backends.base import Backend
from probes.worker.checking import relative_error
from probes.worker.probe import FRESH_STREAM, INPUTS_STREAM, Probe

SLOTS = 4
"""How many sets of inputs a block rotates through."""

CURVE_STEPS = 20
"""How many training steps are compared by their losses."""

STALE_BLOCKS = 3
"""After how many blocks with the very same loss a training step is believed to train no more."""

Inputs = tuple[Any, ...]


class Workload:
    """One half of a timing probe in this process.

    All randomness comes from `seed`, so that the other framework's process makes the same numbers.
    """

    def __init__(self, probe: Probe, backend: Backend, seed: int, variant: str, mode: Mode, device: str, scratch: Path):
        self._probe, self._backend, self._seed, self._variant = probe, backend, seed, variant
        self.weights = probe.make_weights(seed, variant)
        self._sets = [probe.make_inputs(seed, variant, INPUTS_STREAM, k) for k in range(SLOTS)]
        self._setting = Setting(
            variant=variant,
            device=device,
            mode=mode,
            weights=self.weights,
            scratch=scratch,
            trace=lambda function: backend.trace(function, mode),
        )
        self._fresh: Arrays = self._sets[0]
        self._losses: list[float] = []

    def build(self) -> float:
        """Build the half, and put the inputs where it works. Returns the seconds for the half alone."""
        started = time.perf_counter()
        with self._backend.context(trains=self._probe.trains):
            built = self._probe.half(self._setting)
        self._backend.synchronise()
        seconds = time.perf_counter() - started
        self.step = built if isinstance(built, Step) else Step(built)
        self._slots = [self._feed(arrays) for arrays in self._sets]
        return seconds

    def _feed(self, arrays: Arrays) -> Inputs:
        if self._probe.feed == "arrays":
            return tuple(a.copy() for a in arrays.values())
        return tuple(self._backend.tensor(a, self._probe.dtype) for a in arrays.values())

    @property
    def context(self) -> Any:
        return self._backend.context(trains=self._probe.trains)

    def calls(self, count: int) -> list[Inputs]:
        """The inputs of a block: all slots in turn, ending with the freshest."""
        return list(islice(cycle(self._slots), count))[::-1]

    def distinct(self, count: int) -> list[Inputs]:
        """As many sets of inputs that no call has seen."""
        return [
            self._feed(self._probe.make_inputs(self._seed, self._variant, INPUTS_STREAM, SLOTS + k))
            for k in range(count)
        ]

    def refresh(self, round: int) -> None:
        """Replace the set that a block ends with by one that no call has seen."""
        self._fresh = self._probe.make_inputs(self._seed, self._variant, FRESH_STREAM, round)
        self._slots[0] = self._feed(self._fresh)

    def outputs(self, output: Any) -> list[Array]:
        """An output as NumPy arrays, in the form in which it is compared."""
        arrays = self._backend.arrays(output)
        return list(self._probe.canonical(arrays)) if self._probe.canonical else arrays

    def error(self, output: Any) -> float | None:
        """How far the output for the freshest inputs is from the reference; None where the probe has none."""
        expected = self._probe.expected(self._fresh, self.weights, self._variant)
        return None if expected is None else relative_error(self.outputs(output), expected)

    def check(self, output: Any) -> str | None:
        """What is wrong with the last output of a block, or None."""
        error = self.error(output)
        if error is not None:
            return None if error <= self._probe.tolerance else f"the last output is off by {error:.1e}, relative"
        return self._check_loss(output) if self._probe.trains else None

    def _check_loss(self, output: Any) -> str | None:
        loss = float(self.outputs(output)[0].ravel()[0])
        self._losses = [*self._losses, loss][-STALE_BLOCKS:]
        if not math.isfinite(loss):
            return f"the loss became {loss}"
        stale = len(self._losses) == STALE_BLOCKS and len(set(self._losses)) == 1
        return "the loss no longer changes: the step does not train" if stale else None

    def first_outputs(self) -> list[Array]:
        """What is compared with the other framework: the output for the first inputs, or the losses of a curve."""
        with self.context:
            if self._probe.trains and self._probe.reference is None:
                outputs = [self.outputs(self.step.call(*inputs))[0].ravel()[:1] for inputs in self._curve()]
            else:
                outputs = self.outputs(self.step.call(*self._slots[0]))
        return outputs

    def _curve(self) -> list[Inputs]:
        return list(islice(cycle(self._slots), CURVE_STEPS))

    def first_inputs(self) -> tuple[Arrays, Arrays, str]:
        """What the first outputs were made from: inputs, weights, variant."""
        return self._sets[0], self.weights, self._variant

    def operations(self) -> float | None:
        """Floating-point operations of one step, where the probe says so."""
        return self._probe.operations(self._variant) if self._probe.operations else None
