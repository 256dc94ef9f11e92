"""A convolution at stride 2, where the two frameworks' usual padding is not the same operation.

8 images of 32 x 32 with 64 channels, 64 filters of 3 x 3, halving rows and columns. TensorFlow's padding "same" then
adds a row and a column of zeros at the end only. PyTorch has no "same" at stride 2, and the usual `padding=1` adds them
on both sides: the result has the same size, but each filter sits one pixel further up and left. Here PyTorch pads at
the end only, so that both compute the same. Beside the figures stands how far the result with padding 1 is from it,
for noise as in the timing and for images of larger patches: whoever moves weights from one framework to the other
without minding this gets another network.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.task import Array, Arrays, Setting, Step

TITLE = "Convolution at stride 2, padding aligned"
SUBJECT = "layers"
BATCH, SIDE, CHANNELS, FILTERS, SIZE, STRIDE = 8, 32, 64, 64, 3, 2


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
    padded = np.pad(data["last"], ((0, 0), (0, 1), (0, 1), (0, 0)))
    maps = np.zeros((BATCH, SIDE // STRIDE, SIDE // STRIDE, FILTERS)) + weights["bias"]
    for i, j in np.ndindex(SIZE, SIZE):
        maps += padded[:, i : i + SIDE : STRIDE, j : j + SIDE : STRIDE] @ weights["kernel"][i, j]
    return maps


def canonical(outputs: list[Array]) -> list[Array]:
    """Channels last, whichever way a framework has them."""
    return [maps.transpose(0, 2, 3, 1) if maps.shape[1] == FILTERS else maps for maps in outputs]


def operations(variant: str) -> float:
    """A multiplication and an addition for each weight of each filter at each place where it is put."""
    return 2.0 * BATCH * (SIDE // STRIDE) ** 2 * SIZE**2 * CHANNELS * FILTERS


def patches(noise: Array) -> Array:
    """Images, channels last, of patches of 8 x 8 equal pixels: neighbours are alike, as in photographs."""
    return noise[:, ::8, ::8].repeat(8, axis=1).repeat(8, axis=2)


def apart(convolve: Any, convolve_with_padding_1: Any) -> Observation:
    """How far the second result is from the first, relative to the first."""
    noise = inputs(np.random.default_rng(0), "")["last"]
    seen = {}
    for name, images in (("noise", noise), ("patches", patches(noise))):
        expected, found = convolve(images), convolve_with_padding_1(images)
        seen[name] = round(float(np.linalg.norm(found - expected) / np.linalg.norm(expected)), 4)
    return {"relative_difference_with_padding_1": seen, "same_shape": found.shape == expected.shape}


def pytorch(run: Setting) -> Step:
    import torch
    from torch import nn

    layer = nn.Conv2d(CHANNELS, FILTERS, SIZE, stride=STRIDE)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(run.weights["kernel"]).permute(3, 2, 0, 1))
        layer.bias.copy_(torch.from_numpy(run.weights["bias"]))
    # left, right, top, bottom: what "same" means in TensorFlow for an even number of rows and columns
    model = run.traced(nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), layer).to(run.device))

    def step(first: Any, last: Any) -> Any:
        return model(first)

    def convolve(images: Array, padding: int | None = None) -> Array:
        x = torch.from_numpy(images).to(run.device).permute(0, 3, 1, 2)
        if padding is None:
            return model(x).cpu().numpy()
        return nn.functional.conv2d(x, layer.weight, layer.bias, STRIDE, padding).cpu().numpy()

    return Step(step, lambda: apart(convolve, partial(convolve, padding=1)))


def tensorflow(run: Setting) -> Step:
    import keras
    import tensorflow as tf

    layer = keras.layers.Conv2D(FILTERS, SIZE, STRIDE, padding="same")
    layer.build((BATCH, SIDE, SIDE, CHANNELS))
    layer.kernel.assign(run.weights["kernel"])
    layer.bias.assign(run.weights["bias"])

    @run.traced
    def step(first: Any, last: Any) -> Any:
        return layer(last)

    def convolve(images: Array, padding: int | None = None) -> Array:
        if padding is None:
            return layer(images).numpy()
        around = [[0, 0], [padding, padding], [padding, padding], [0, 0]]
        return (tf.nn.conv2d(images, layer.kernel, STRIDE, around) + layer.bias).numpy()

    return Step(step, lambda: apart(convolve, partial(convolve, padding=1)))
