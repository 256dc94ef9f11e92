"""Multiplying two 256 x 256 matrices of float32.

The smallest product that is about arithmetic rather than about the cost of calling. What it measures is mostly the
library for linear algebra that each framework's build brings along: look at the line that names it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "Matrix product, 256 x 256"
SUBJECT = "linear_algebra"
N = 256


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """Two N x N matrices."""
    return {name: rng.standard_normal((N, N), dtype=np.float32) for name in ("a", "b")}


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    return data["a"] @ data["b"]


def operations(variant: str) -> float:
    """A multiplication and an addition for each of N terms of each of N x N results."""
    return 2.0 * N**3


def pytorch(run: Setting) -> Function:
    """Eagerly, or through `torch.compile` where the mode says so."""
    import torch

    @run.traced
    def step(a: Any, b: Any) -> Any:
        return torch.matmul(a, b)

    return step


def tensorflow(run: Setting) -> Function:
    """As a `tf.function`, or eagerly where the mode says so."""
    import tensorflow as tf

    @run.traced
    def step(a: Any, b: Any) -> Any:
        return tf.matmul(a, b)

    return step
