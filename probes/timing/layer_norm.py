"""Layer normalisation of 256 rows of 1024 numbers.

Each row is shifted to mean 0, divided by its standard deviation, scaled and shifted again. To the variance a small
epsilon is added, which is 1e-5 by default in PyTorch and 1e-3 in Keras; here it is 1e-5 in both. PyTorch has one
kernel for the whole; Keras puts it together from several operations, which a compiler may fuse.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "Layer normalisation, 256 x 1024"
SUBJECT = "layers"
ROWS, WIDTH, EPSILON = 256, 1024, 1e-5


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """Rows of small variance, for which a wrong epsilon shows."""
    return {"x": np.float32(0.1) * rng.standard_normal((ROWS, WIDTH), dtype=np.float32)}


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """What the normalised rows are multiplied with, and what is added."""
    return {
        "scale": 1 + np.float32(0.1) * rng.standard_normal(WIDTH, dtype=np.float32),
        "shift": np.float32(0.1) * rng.standard_normal(WIDTH, dtype=np.float32),
    }


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    mean, variance = data["x"].mean(axis=1, keepdims=True), data["x"].var(axis=1, keepdims=True)
    return (data["x"] - mean) / np.sqrt(variance + EPSILON) * weights["scale"] + weights["shift"]


def pytorch(run: Setting) -> Function:
    import torch
    from torch import nn

    layer = nn.LayerNorm(WIDTH, eps=EPSILON)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(run.weights["scale"]))
        layer.bias.copy_(torch.from_numpy(run.weights["shift"]))
    model = run.traced(layer.to(run.device))

    def step(x: Any) -> Any:
        return model(x)

    return step


def tensorflow(run: Setting) -> Function:
    import keras

    layer = keras.layers.LayerNormalization(epsilon=EPSILON)
    layer.build((ROWS, WIDTH))
    layer.gamma.assign(run.weights["scale"])
    layer.beta.assign(run.weights["shift"])

    @run.traced
    def step(x: Any) -> Any:
        return layer(x)

    return step
