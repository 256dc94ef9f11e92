"""Multiplying two 256 x 256 matrices of float16.

float16 is at home on GPUs. On a processor without instructions for it the arithmetic is done in another type or in
slow general code, and the time depends on which of the two a build does: compare with the same product in float32.
The matrices are small because a slow path takes seconds for large ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "Matrix product in float16, 256 x 256"
SUBJECT = "linear_algebra"
DTYPE = "float16"
TOLERANCE = 5e-4  # rounding right results to eleven bits gives 2.1e-4
N = 256


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """Two N x N matrices of float16."""
    return {name: rng.standard_normal((N, N), dtype=np.float32).astype(np.float16) for name in ("a", "b")}


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    return data["a"] @ data["b"]


def operations(variant: str) -> float:
    """A multiplication and an addition for each of N terms of each of N x N results."""
    return 2.0 * N**3


def pytorch(run: Setting) -> Function:
    import torch

    @run.traced
    def step(a: Any, b: Any) -> Any:
        return torch.matmul(a, b)

    return step


def tensorflow(run: Setting) -> Function:
    import tensorflow as tf

    @run.traced
    def step(a: Any, b: Any) -> Any:
        return tf.matmul(a, b)

    return step
