"""Which average-pooling layers there are, and which average a whole image without being told its size.

Each way to a global average is tried on images of three sizes: `whole_images` gives the largest difference from
NumPy's mean, first for a layer that is made anew with the size of each image as its kernel. `layers` lists the layers
with such a name that, made with the size 2, turn 4, 4×4 or 4×4×4 numbers into the averages of each 2, 2×2 or 2×2×2.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Average pooling"
SUBJECT = "models"

RANDOM = np.random.default_rng(0)
IMAGES = [RANDOM.normal(size=(1, *size, 2)).astype(np.float32) for size in ((4, 4), (7, 5), (32, 31))]
CUBES = [RANDOM.normal(size=(1, *size, 1)).astype(np.float32) for size in ((4,), (4, 4), (4, 4, 4))]


def whole(average: Callable[[Any], Any]) -> float:
    """The largest difference from the mean of each image's channels."""
    return max(float(np.abs(np.asarray(average(image)).ravel() - image.mean((0, 1, 2))).max()) for image in IMAGES)


def averaging(module: Any, run: Callable[[Any, Any], Any]) -> Observation:
    """The layers of a module that are named for average pooling and, made with the size 2, do it."""

    def check(layer: Any, dimensions: int) -> None:
        cube = CUBES[dimensions - 1]
        exact = cube.reshape((2, 2) * dimensions).mean(tuple(range(1, 2 * dimensions, 2)))
        np.testing.assert_allclose(np.asarray(run(layer, cube)).ravel(), exact.ravel(), atol=1e-5)

    named = {name: getattr(module, name) for name in dir(module) if "AvgPool" in name or "AveragePool" in name}
    right = [layer for name, layer in named.items() if raised(partial(check, layer, int(name[-2]))) is None]
    names = sorted({layer.__name__ for layer in right})
    return {"number": len(names), "names": names}


def pytorch() -> Observation:
    """AvgPool2d, AdaptiveAvgPool2d and mean(), channels first."""
    import torch
    from torch import nn

    def first(channels_last: Any) -> Any:
        return torch.from_numpy(np.moveaxis(channels_last, -1, 1).copy())

    return {
        "whole_images": {
            "kernel_of_image_size": lambda: whole(lambda image: nn.AvgPool2d(image.shape[1:3])(first(image))),
            "layer_without_a_kernel_size": lambda: whole(lambda image: nn.AdaptiveAvgPool2d(1)(first(image))),
            "mean": lambda: whole(lambda image: first(image).mean(dim=(2, 3))),
        },
        "layers": lambda: averaging(nn, lambda layer, cube: layer(2)(first(cube))),
    }


def tensorflow() -> Observation:
    """AveragePooling2D, GlobalAveragePooling2D and reduce_mean, channels last."""
    import tensorflow as tf
    from keras import layers

    return {
        "whole_images": {
            "kernel_of_image_size": lambda: whole(lambda image: layers.AveragePooling2D(image.shape[1:3])(image)),
            "layer_without_a_kernel_size": lambda: whole(lambda image: layers.GlobalAveragePooling2D()(image)),
            "mean": lambda: whole(lambda image: tf.reduce_mean(image, axis=[1, 2])),
        },
        "layers": lambda: averaging(layers, lambda layer, cube: layer(2)(cube)),
    }
