"""Training a small fully connected network: one step of gradient descent on a batch of 64.

784 inputs, two hidden layers of 256, ten classes: the network of countless first tutorials. Both frameworks start from
the same weights and see the same batches; their losses over twenty steps must agree before any time is believed.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from probes.kit.task import Arrays, Function, Setting

TITLE = "Training a multilayer perceptron"
SUBJECT = "training"
TRAINS = True
BATCH, SIZES, RATE = 64, (784, 256, 256, 10), 0.01


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """A batch of images, float32 of BATCH x 784, and their classes, int64 of BATCH."""
    return {
        "x": rng.standard_normal((BATCH, SIZES[0]), dtype=np.float32),
        "y": rng.integers(0, SIZES[-1], BATCH),
    }


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """Kernels of inputs x outputs, scaled after He; biases are zero in both."""
    return {
        f"w{i}": (rng.standard_normal((m, n)) * np.sqrt(2 / m)).astype(np.float32)
        for i, (m, n) in enumerate(pairwise(SIZES))
    }


def pytorch(run: Setting) -> Function:
    import torch
    from torch import nn

    layers: list[Any] = []
    for kernel in run.weights.values():
        linear = nn.Linear(*kernel.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(kernel.T))
            linear.bias.zero_()
        layers += [linear, nn.ReLU()]
    model: Any = run.traced(nn.Sequential(*layers[:-1]).to(run.device))
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    loss_of = nn.CrossEntropyLoss()

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def tensorflow(run: Setting) -> Function:
    import keras
    import tensorflow as tf

    layers: list[Any] = [keras.layers.Dense(kernel.shape[1], activation="relu") for kernel in run.weights.values()]
    layers[-1].activation = keras.activations.linear
    model = keras.Sequential([keras.Input((SIZES[0],)), *layers])
    for layer, kernel in zip(layers, run.weights.values(), strict=True):
        layer.kernel.assign(kernel)
    optimizer = keras.optimizers.SGD(learning_rate=RATE)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @run.traced
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return step
