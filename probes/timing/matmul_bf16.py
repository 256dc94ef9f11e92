"""Multiplying two 256 x 256 matrices of bfloat16.

bfloat16 keeps float32's range with eight significant bits, and is what large models are mostly trained in. Fast only
where the processor has instructions for it and the library uses them: compare with the same product in float32. The
entries are numbers that bfloat16 holds exactly, so that all of the error comes from the product.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "Matrix product in bfloat16, 256 x 256"
SUBJECT = "linear_algebra"
DTYPE = "bfloat16"
TOLERANCE = 2e-3  # rounding right results to eight bits gives 1.7e-3; summing up in bfloat16 would give far more
N = 256


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """Two N x N matrices of float32 in which the 16 bits that bfloat16 lacks are zero."""
    return {name: _upper_half(rng.standard_normal((N, N), dtype=np.float32)) for name in ("a", "b")}


def _upper_half(array: Array) -> Array:
    return (array.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)


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
