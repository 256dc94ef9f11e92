"""A probe's file, loaded: its halves and what the worker must know of it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays

WEIGHTS_STREAM, INPUTS_STREAM, FRESH_STREAM = 0, 1, 2


@dataclass(frozen=True)
class Probe:
    """What a probe's file defines.

    Attributes:
        trains: the step changes its own weights or takes gradients; without `reference` it is checked by loss curve.
        feed: "tensors", or "arrays" for a step that is given NumPy arrays as they are.
        dtype: what floating-point inputs are cast to, if anything.
        tolerance: the largest relative error that counts as the same result.
    """

    half: Callable[..., Any]
    inputs: Callable[..., Arrays] | None
    weights: Callable[..., Arrays] | None
    reference: Callable[..., Any] | None
    canonical: Callable[..., Any] | None
    operations: Callable[..., float] | None
    trains: bool
    feed: str
    dtype: str | None
    tolerance: float

    def make_weights(self, seed: int, variant: str) -> Arrays:
        rng = np.random.default_rng([seed, WEIGHTS_STREAM])
        return self.weights(rng, variant) if self.weights else {}

    def make_inputs(self, seed: int, variant: str, *stream: int) -> Arrays:
        """One set of inputs; the stream's numbers say which."""
        rng = np.random.default_rng([seed, *stream])
        return self.inputs(rng, variant) if self.inputs else {}

    def expected(self, data: Arrays, weights: Arrays, variant: str) -> list[Array] | None:
        """The float64 reference for these inputs, or None where the probe has none."""
        if self.reference is None:
            return None
        result = self.reference(_in_float64(data), _in_float64(weights), variant)
        return [np.asarray(part) for part in (result if isinstance(result, tuple) else (result,))]


def _in_float64(data: Arrays) -> Arrays:
    return {name: a.astype(np.float64) if a.dtype.kind == "f" else a for name, a in data.items()}


def load_probe(path: str, framework: str) -> Probe:
    """A probe's file as a module; only the half of this framework is ever called."""
    spec = importlib.util.spec_from_file_location("probe", path)
    assert spec is not None  # noqa: S101 - narrows for the type checker: the path ends with .py
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    sys.modules["probe"] = module
    spec.loader.exec_module(module)
    reference = getattr(module, "reference", None)
    trains = getattr(module, "TRAINS", False)
    return Probe(
        half=getattr(module, framework),
        inputs=getattr(module, "inputs", None),
        weights=getattr(module, "weights", None),
        reference=reference,
        canonical=getattr(module, "canonical", None),
        operations=getattr(module, "operations", None),
        trains=trains,
        feed=getattr(module, "FEED", "tensors"),
        dtype=getattr(module, "DTYPE", None),
        tolerance=getattr(module, "TOLERANCE", 1e-5 if trains and reference is None else 2e-6),
    )
