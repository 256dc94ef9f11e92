"""Adding two numbers: the cost of calling.

The addition itself takes a nanosecond; everything else is the way from Python to it and back. In eager mode that is
one operation of each framework, in ordinary mode PyTorch's operation against a call of a `tf.function` that holds
nothing but an addition. Models of many small operations pay this price for each of them, unless they are traced as a
whole.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "The cost of calling: adding two numbers"
SUBJECT = "execution"


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """Two numbers, as tensors without dimensions."""
    return {name: np.asarray(rng.standard_normal(dtype=np.float32)) for name in ("x", "y")}


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    return data["x"] + data["y"]


def pytorch(run: Setting) -> Function:
    import torch

    @run.traced
    def step(x: Any, y: Any) -> Any:
        return torch.add(x, y)

    return step


def tensorflow(run: Setting) -> Function:
    import tensorflow as tf

    @run.traced
    def step(x: Any, y: Any) -> Any:
        return tf.add(x, y)

    return step
