"""Multiplying 32 pairs of 64 x 64 matrices in one call.

Attention and many other models multiply lots of small matrices rather than one large one. How well that goes depends
on how a framework hands a batch to its linear algebra library: in one piece, or matrix by matrix.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "Batched matrix product, 32 of 64 x 64"
SUBJECT = "linear_algebra"
BATCH, N = 32, 64


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """Two stacks of BATCH matrices of N x N."""
    return {name: rng.standard_normal((BATCH, N, N), dtype=np.float32) for name in ("a", "b")}


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    return data["a"] @ data["b"]


def operations(variant: str) -> float:
    """A multiplication and an addition for each of N terms of each of N x N results, for each matrix."""
    return 2.0 * BATCH * N**3


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
