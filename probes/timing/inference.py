"""Asking a trained network: one image, or 32 at once.

A small convolutional network gives the probabilities of ten classes for images of 28 x 28, each framework in its way of
serving: PyTorch in inference mode, TensorFlow as a traced function (not by `predict`, which is made for whole data sets
and costs milliseconds a call). For one image it is mostly the cost of calling, and a service is judged by its slowest
answers: look at the 95th and 99th percentile as well as at the median.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "Inference of a small network"
SUBJECT = "execution"
VARIANTS = ("batch 1", "batch 32")
TAILS = True
TOLERANCE = 1e-5  # on a GPU, convolutions by Winograd's algorithm cost some digits
SIDE, CHANNELS, CLASSES = 28, (1, 16, 32), 10


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """As many images as the variant says."""
    return {"x": rng.standard_normal((int(variant.removeprefix("batch ")), SIDE, SIDE), dtype=np.float32)}


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """Filters of rows x columns x inputs x outputs, a dense kernel of rows x columns x channels x classes; scaled
    after He. Biases are zero in both."""
    shapes = {
        "conv1": (3, 3, CHANNELS[0], CHANNELS[1]),
        "conv2": (3, 3, CHANNELS[1], CHANNELS[2]),
        "dense": (SIDE // 4, SIDE // 4, CHANNELS[2], CLASSES),
    }
    return {
        name: (rng.standard_normal(shape) * np.sqrt(2 / np.prod(shape[:-1]))).astype(np.float32)
        for name, shape in shapes.items()
    }


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    maps = data["x"][..., np.newaxis]
    for kernel in (weights["conv1"], weights["conv2"]):
        side, padded = maps.shape[1], np.pad(maps, ((0, 0), (1, 1), (1, 1), (0, 0)))
        maps = np.sum([padded[:, i : i + side, j : j + side] @ kernel[i, j] for i, j in np.ndindex(3, 3)], axis=0)
        maps = np.maximum(maps, 0).reshape(len(maps), side // 2, 2, side // 2, 2, -1).max(axis=(2, 4))
    scores = np.tensordot(maps, weights["dense"], 3)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def pytorch(run: Setting) -> Function:
    import torch
    from torch import nn

    first = nn.Conv2d(CHANNELS[0], CHANNELS[1], 3, padding="same")
    second = nn.Conv2d(CHANNELS[1], CHANNELS[2], 3, padding="same")
    dense = nn.Linear(CHANNELS[2] * (SIDE // 4) ** 2, CLASSES)
    layers = [first, nn.ReLU(), nn.MaxPool2d(2), second, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), dense]
    with torch.no_grad():
        for layer, name in ((first, "conv1"), (second, "conv2")):
            layer.weight.copy_(torch.from_numpy(run.weights[name]).permute(3, 2, 0, 1))
        dense.weight.copy_(torch.from_numpy(run.weights["dense"]).permute(3, 2, 0, 1).flatten(1))
        for layer in (first, second, dense):
            layer.bias.zero_()
    model = run.traced(nn.Sequential(*layers, nn.Softmax(-1)).to(run.device).eval())

    @torch.inference_mode()
    def step(x: Any) -> Any:
        return model(x.unsqueeze(1))

    return step


def tensorflow(run: Setting) -> Function:
    import keras
    import tensorflow as tf

    first = keras.layers.Conv2D(CHANNELS[1], 3, padding="same", activation="relu")
    second = keras.layers.Conv2D(CHANNELS[2], 3, padding="same", activation="relu")
    dense = keras.layers.Dense(CLASSES, activation="softmax")
    pool, flatten = keras.layers.MaxPooling2D, keras.layers.Flatten
    model = keras.Sequential(
        [keras.Input((SIDE, SIDE, CHANNELS[0])), first, pool(2), second, pool(2), flatten(), dense]
    )
    for layer, name in ((first, "conv1"), (second, "conv2")):
        layer.kernel.assign(run.weights[name])
    dense.kernel.assign(run.weights["dense"].reshape(-1, CLASSES))

    @run.traced
    def step(x: Any) -> Any:
        return model(tf.expand_dims(x, -1), training=False)

    return step
