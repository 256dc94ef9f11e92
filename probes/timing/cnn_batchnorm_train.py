"""Training a convolutional network with batch normalisation: one step on 32 images of 28 x 28.

Two blocks of convolution, batch normalisation, ReLU and pooling, then a dense layer for ten classes. The two
frameworks ship other defaults for the same layer: epsilon is 1e-5 in PyTorch and 1e-3 in Keras, and PyTorch's
momentum of 0.1 is the share of the new batch, where Keras's 0.99 is the share of the old average. Here both use
epsilon 1e-5 and a tenth of the new batch. One difference cannot be set: for the running variance that is used after
training PyTorch divides by n - 1, Keras by n. The losses of training do not depend on it; beside the figures stands
which one each half was seen to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.task import Array, Arrays, Setting, Step

TITLE = "Training with batch normalisation"
SUBJECT = "training"
TRAINS = True
BATCH, SIDE, CHANNELS, CLASSES, RATE = 32, 28, (1, 16, 32), 10, 0.001
EPSILON, NEW_SHARE = 1e-5, 0.1


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """A batch of images, float32 of BATCH x SIDE x SIDE, and their classes, int64 of BATCH."""
    return {
        "x": rng.standard_normal((BATCH, SIDE, SIDE), dtype=np.float32),
        "y": rng.integers(0, CLASSES, BATCH),
    }


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """Filters of rows x columns x inputs x outputs, a dense kernel of rows x columns x channels x classes; scaled
    after He. The convolutions need no bias, since the normalisation takes it away again; the dense one is zero."""
    shapes = {
        "conv1": (3, 3, CHANNELS[0], CHANNELS[1]),
        "conv2": (3, 3, CHANNELS[1], CHANNELS[2]),
        "dense": (SIDE // 4, SIDE // 4, CHANNELS[2], CLASSES),
    }
    return {
        name: (rng.standard_normal(shape) * np.sqrt(2 / np.prod(shape[:-1]))).astype(np.float32)
        for name, shape in shapes.items()
    }


def running_variance(before: float, after: float, values: list[float]) -> Observation:
    """By what the sum of squares was divided, found from how one batch of values moved the running variance."""
    seen = (after - (1 - NEW_SHARE) * before) / NEW_SHARE
    n, squares = len(values), float(np.var(values) * len(values))
    return {"values": n, "running_variance_divides_by": round(squares / seen, 3)}


def _pytorch_model(weights: Mapping[str, Array]) -> Any:
    import torch
    from torch import nn

    def norm(channels: int) -> Any:
        return nn.BatchNorm2d(channels, eps=EPSILON, momentum=NEW_SHARE)

    first = nn.Conv2d(CHANNELS[0], CHANNELS[1], 3, padding="same", bias=False)
    second = nn.Conv2d(CHANNELS[1], CHANNELS[2], 3, padding="same", bias=False)
    dense = nn.Linear(CHANNELS[2] * (SIDE // 4) ** 2, CLASSES)
    layers = [first, norm(CHANNELS[1]), nn.ReLU(), nn.MaxPool2d(2)]
    layers += [second, norm(CHANNELS[2]), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), dense]
    with torch.no_grad():
        for layer, name in ((first, "conv1"), (second, "conv2")):
            layer.weight.copy_(torch.from_numpy(weights[name]).permute(3, 2, 0, 1))
        dense.weight.copy_(torch.from_numpy(weights["dense"]).permute(3, 2, 0, 1).flatten(1))
        dense.bias.zero_()
    return nn.Sequential(*layers)


def pytorch(run: Setting) -> Step:
    import torch
    from torch import nn

    network = _pytorch_model(run.weights).to(run.device)
    model = run.traced(network)
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    loss_of = nn.CrossEntropyLoss()

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = loss_of(model(x.unsqueeze(1)), y)
        loss.backward()
        optimizer.step()
        return loss

    def observe() -> Observation:
        values, layer = [1.0, 2.0, 3.0, 6.0], nn.BatchNorm1d(1, momentum=NEW_SHARE)
        layer(torch.tensor(values).reshape(-1, 1))
        return running_variance(1.0, layer.running_var.item(), values)

    return Step(step, observe)


def _tensorflow_model(weights: Mapping[str, Array]) -> Any:
    import keras

    def norm() -> Any:
        return keras.layers.BatchNormalization(epsilon=EPSILON, momentum=1 - NEW_SHARE)

    first = keras.layers.Conv2D(CHANNELS[1], 3, padding="same", use_bias=False)
    second = keras.layers.Conv2D(CHANNELS[2], 3, padding="same", use_bias=False)
    dense = keras.layers.Dense(CLASSES)
    layers = [first, norm(), keras.layers.ReLU(), keras.layers.MaxPooling2D(2)]
    layers += [second, norm(), keras.layers.ReLU(), keras.layers.MaxPooling2D(2), keras.layers.Flatten(), dense]
    model = keras.Sequential([keras.Input((SIDE, SIDE, CHANNELS[0])), *layers])
    for layer, name in ((first, "conv1"), (second, "conv2")):
        layer.kernel.assign(weights[name])
    dense.kernel.assign(weights["dense"].reshape(-1, CLASSES))
    return model


def tensorflow(run: Setting) -> Step:
    import keras
    import tensorflow as tf

    model = _tensorflow_model(run.weights)
    optimizer = keras.optimizers.SGD(learning_rate=RATE)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @run.traced
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(tf.expand_dims(x, -1), training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    def observe() -> Observation:
        values, layer = [1.0, 2.0, 3.0, 6.0], keras.layers.BatchNormalization(momentum=1 - NEW_SHARE)
        layer(tf.reshape(tf.constant(values), (-1, 1)), training=True)
        return running_variance(1.0, float(layer.moving_variance[0]), values)

    return Step(step, observe)
