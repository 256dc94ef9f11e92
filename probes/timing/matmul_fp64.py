"""Multiplying two 256 x 256 matrices of float64.

Double precision is what simulations and solvers need, and what NumPy uses unless told otherwise. Vector instructions
hold half as many numbers of it, so half the speed of float32 is what to expect on a processor; consumer GPUs do far
worse, and Apple's have none.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "Matrix product in float64, 256 x 256"
SUBJECT = "linear_algebra"
DEVICES = ("cpu", "cuda")  # Apple's GPUs have no float64
DTYPE = "float64"
TOLERANCE = 4e-15  # the reference is in float64 too; both are off by some 1e-15
N = 256


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """Two N x N matrices of float64."""
    return {name: rng.standard_normal((N, N)) for name in ("a", "b")}


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
