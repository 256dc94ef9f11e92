"""Softmax over the rows of a 512 x 1024 matrix.

Each row is shifted by its maximum, exponentiated and divided by its sum: the last step of every classifier and the
middle of attention. Both frameworks have one function for it. It is bound by exponentials and by memory rather than by
multiplications.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "Softmax, 512 x 1024"
SUBJECT = "layers"
ROWS, COLUMNS = 512, 1024


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """A matrix of ROWS x COLUMNS."""
    return {"x": rng.standard_normal((ROWS, COLUMNS), dtype=np.float32)}


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    powers = np.exp(data["x"] - data["x"].max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def pytorch(run: Setting) -> Function:
    import torch

    @run.traced
    def step(x: Any) -> Any:
        return torch.softmax(x, dim=-1)

    return step


def tensorflow(run: Setting) -> Function:
    import tensorflow as tf

    @run.traced
    def step(x: Any) -> Any:
        return tf.nn.softmax(x, axis=-1)

    return step
