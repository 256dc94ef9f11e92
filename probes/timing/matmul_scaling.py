"""Multiplying matrices of 256, 512, 1024 and 2048: does the time grow as the work does?

Twice the size is eight times the work, so the time must grow with nearly the third power of the size. An exponent far
below says that work was skipped or that the small sizes are dominated by the cost of calling; one far above says that
the large sizes no longer fit the caches. It is a check of the measuring as much as of the frameworks. Each product is
checked by multiplying it with a fixed vector: A (B v) must equal (A B) v.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "Matrix product, growing sizes"
SUBJECT = "linear_algebra"
VARIANTS = ("256", "512", "1024", "2048")
EXPONENT = (2.7, 3.2)


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """Two square matrices of the variant's size with entries between -1/2 and 1/2."""
    n = int(variant)
    return {name: rng.random((n, n), dtype=np.float32) - np.float32(0.5) for name in ("a", "b")}


def vector(n: int) -> Array:
    """The vector that the products of this size are multiplied with."""
    return np.random.default_rng(n).standard_normal(n)


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    return data["a"] @ (data["b"] @ vector(int(variant)))


def canonical(outputs: list[Array]) -> list[Array]:
    """The product times the vector: a wrong entry anywhere in the product shows in it."""
    return [product.astype(np.float64) @ vector(len(product)) for product in outputs]


def operations(variant: str) -> float:
    """A multiplication and an addition for each term of each entry of the product."""
    return 2.0 * int(variant) ** 3


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
