"""Multiplying two 1024 x 1024 matrices of float32.

Two billion operations: large enough that the cost of the call no longer counts, and what is left is the linear algebra
library inside each framework's build. The same framework in another build, or on another processor, can swap places:
read the figure together with the line that names the library. The product is checked by multiplying it with a fixed
vector, since A (B v) is quickly computed and equals (A B) v only when the product is right.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "Matrix product, 1024 x 1024"
SUBJECT = "linear_algebra"
N = 1024
VECTOR = np.random.default_rng(N).standard_normal(N)


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """Two N x N matrices with entries between -1/2 and 1/2."""
    return {name: rng.random((N, N), dtype=np.float32) - np.float32(0.5) for name in ("a", "b")}


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    return data["a"] @ (data["b"] @ VECTOR)


def canonical(outputs: list[Array]) -> list[Array]:
    """The product times the vector: a wrong entry anywhere in the product shows in it."""
    return [product.astype(np.float64) @ VECTOR for product in outputs]


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
