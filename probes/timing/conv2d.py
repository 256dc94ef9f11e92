"""A convolution with 64 filters of 3 x 3 over 8 images of 32 x 32 with 64 channels.

The operation that convolutional networks spend their time on, at stride 1 with padding to the same size. PyTorch's
layout puts the channels before rows and columns, TensorFlow's after them. Every set of images is prepared in both
layouts before the timing, and each half takes its own, so that no time goes into moving numbers about. In the variant
"channels last" PyTorch gets the images in TensorFlow's order too, as its own guides recommend for many models.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "Convolution, 3 x 3"
SUBJECT = "layers"
TOLERANCE = 1e-5  # on a GPU, Winograd's algorithm may be chosen, which costs some digits
VARIANTS = ("own layout", "channels last")
BATCH, SIDE, CHANNELS, FILTERS, SIZE = 8, 32, 64, 64, 3


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """The same images twice: channels before rows and columns, and after them."""
    images = rng.standard_normal((BATCH, SIDE, SIDE, CHANNELS), dtype=np.float32)
    return {"first": np.ascontiguousarray(images.transpose(0, 3, 1, 2)), "last": images}


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """Filters of rows x columns x inputs x outputs, scaled after He, and a bias."""
    shape = (SIZE, SIZE, CHANNELS, FILTERS)
    return {
        "kernel": (rng.standard_normal(shape) * np.sqrt(2 / np.prod(shape[:-1]))).astype(np.float32),
        "bias": np.float32(0.1) * rng.standard_normal(FILTERS, dtype=np.float32),
    }


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    padded = np.pad(data["last"], ((0, 0), (1, 1), (1, 1), (0, 0)))
    maps = np.zeros((BATCH, SIDE, SIDE, FILTERS)) + weights["bias"]
    for i, j in np.ndindex(SIZE, SIZE):
        maps += padded[:, i : i + SIDE, j : j + SIDE] @ weights["kernel"][i, j]
    return maps


def canonical(outputs: list[Array]) -> list[Array]:
    """Channels last, whichever way a framework has them."""
    return [maps.transpose(0, 2, 3, 1) if maps.shape[1] == FILTERS else maps for maps in outputs]


def operations(variant: str) -> float:
    """A multiplication and an addition for each weight of each filter at each place of each image."""
    return 2.0 * BATCH * SIDE**2 * SIZE**2 * CHANNELS * FILTERS


def pytorch(run: Setting) -> Function:
    import torch
    from torch import nn

    layer = nn.Conv2d(CHANNELS, FILTERS, SIZE, padding="same")
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(run.weights["kernel"]).permute(3, 2, 0, 1))
        layer.bias.copy_(torch.from_numpy(run.weights["bias"]))
    if run.variant == "channels last":
        layer = layer.to(memory_format=torch.channels_last)
    model = run.traced(layer.to(run.device))

    def step(first: Any, last: Any) -> Any:
        # the permuted tensor is a view: its numbers stay in the order in which they lie
        return model(last.permute(0, 3, 1, 2) if run.variant == "channels last" else first)

    return step


def tensorflow(run: Setting) -> Function:
    import keras

    layer = keras.layers.Conv2D(FILTERS, SIZE, padding="same")
    layer.build((BATCH, SIDE, SIDE, CHANNELS))
    layer.kernel.assign(run.weights["kernel"])
    layer.bias.assign(run.weights["bias"])

    @run.traced
    def step(first: Any, last: Any) -> Any:
        return layer(last)

    return step
