"""The gradient of a function of a matrix and a vector: the sum of tanh(W x).

Automatic differentiation without layers, losses or optimisers: run the function while recording it, then go back
through what was recorded. PyTorch records what is done to tensors that require gradients, TensorFlow what happens to
tensors that a tape watches. With a matrix of 256 x 256 there is little arithmetic, so that it is the cost of recording
and going back that shows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "Gradient of a function"
SUBJECT = "gradients"
TRAINS = True
N = 256


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """An N x N matrix, scaled so that tanh is not saturated, and a vector."""
    return {
        "w": rng.standard_normal((N, N), dtype=np.float32) / np.float32(N**0.5),
        "x": rng.standard_normal(N, dtype=np.float32),
    }


def reference(data: Arrays, weights: Arrays, variant: str) -> tuple[Array, Array]:
    slope = 1 - np.tanh(data["w"] @ data["x"]) ** 2
    return np.outer(slope, data["x"]), data["w"].T @ slope


def pytorch(run: Setting) -> Function:
    import torch

    @run.traced
    def function(w: Any, x: Any) -> Any:
        return torch.tanh(torch.mv(w, x)).sum()

    def step(w: Any, x: Any) -> Any:
        w, x = w.detach().requires_grad_(), x.detach().requires_grad_()
        return torch.autograd.grad(function(w, x), (w, x))

    return step


def tensorflow(run: Setting) -> Function:
    import tensorflow as tf

    def function(w: Any, x: Any) -> Any:
        return tf.reduce_sum(tf.tanh(tf.linalg.matvec(w, x)))

    @run.traced
    def step(w: Any, x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch((w, x))
            result = function(w, x)
        return tape.gradient(result, (w, x))

    return step
