"""Training a small convolutional network: one step of gradient descent on 32 images of 28 x 28.

Two convolutions of 3 x 3, each followed by a pooling of 2 x 2, and a dense layer for ten classes: the network with
which most people meet image classification. Images have one channel, so that both layouts hold the same numbers in
the same order: PyTorch wants the channel before the rows, TensorFlow after the columns. Further in, each framework
keeps its own layout; only the dense layer's weights have to be put into the order in which that layout is flattened.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Arrays, Function, Setting

TITLE = "Training a convolutional network"
SUBJECT = "training"
TRAINS = True
BATCH, SIDE, CHANNELS, CLASSES, RATE = 32, 28, (1, 16, 32), 10, 0.001


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """A batch of images, float32 of BATCH x SIDE x SIDE, and their classes, int64 of BATCH."""
    return {
        "x": rng.standard_normal((BATCH, SIDE, SIDE), dtype=np.float32),
        "y": rng.integers(0, CLASSES, BATCH),
    }


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


def operations(variant: str) -> float:
    """Multiplications and additions of the three layers forward, and twice as many backward, but for the images'
    own gradient, which nobody asks for."""
    first = 2.0 * SIDE**2 * 9 * CHANNELS[0] * CHANNELS[1]
    second = 2.0 * (SIDE // 2) ** 2 * 9 * CHANNELS[1] * CHANNELS[2]
    dense = 2.0 * (SIDE // 4) ** 2 * CHANNELS[2] * CLASSES
    return BATCH * (2 * first + 3 * second + 3 * dense)


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
    network = nn.Sequential(*layers).to(run.device)
    model = run.traced(network)
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    loss_of = nn.CrossEntropyLoss()

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = loss_of(model(x.unsqueeze(1)), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def tensorflow(run: Setting) -> Function:
    import keras
    import tensorflow as tf

    first = keras.layers.Conv2D(CHANNELS[1], 3, padding="same", activation="relu")
    second = keras.layers.Conv2D(CHANNELS[2], 3, padding="same", activation="relu")
    dense = keras.layers.Dense(CLASSES)
    pool, flatten = keras.layers.MaxPooling2D, keras.layers.Flatten
    model = keras.Sequential(
        [keras.Input((SIDE, SIDE, CHANNELS[0])), first, pool(2), second, pool(2), flatten(), dense]
    )
    for layer, name in ((first, "conv1"), (second, "conv2")):
        layer.kernel.assign(run.weights[name])
    dense.kernel.assign(run.weights["dense"].reshape(-1, CLASSES))
    optimizer = keras.optimizers.SGD(learning_rate=RATE)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @run.traced
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(tf.expand_dims(x, -1), training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return step
