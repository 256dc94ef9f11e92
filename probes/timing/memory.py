"""The memory of a small training job.

A fresh process imports the framework, builds a network of 784, 256 and 10 and trains it for twenty steps on batches
of 64. Look at the peak of resident memory: weights and data take about six megabytes here, so that nearly all of it is
the framework itself, its libraries, buffers and compiled code. It decides how many workers fit on a machine and
whether a small device can train at all. The time is that of the whole job. The losses of all steps must agree.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Arrays, Setting

TITLE = "Memory of a small training job"
SUBJECT = "start"
COLD = True
SINCE = "start"
TRAINS = True
DEVICES = ("cpu",)
MODES = ("ordinary",)
STEPS, BATCH, INPUTS, HIDDEN, CLASSES, RATE = 20, 64, 784, 256, 10, 0.01


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """Kernels of inputs x outputs, scaled after He (biases are zero in both), and the batches of images and classes."""
    return {
        "w1": (rng.standard_normal((INPUTS, HIDDEN)) * np.sqrt(2 / INPUTS)).astype(np.float32),
        "w2": (rng.standard_normal((HIDDEN, CLASSES)) * np.sqrt(2 / HIDDEN)).astype(np.float32),
        "x": rng.standard_normal((STEPS, BATCH, INPUTS), dtype=np.float32),
        "y": rng.integers(0, CLASSES, (STEPS, BATCH)),
    }


def pytorch(run: Setting) -> list[float]:
    import torch
    from torch import nn

    first, second = nn.Linear(INPUTS, HIDDEN), nn.Linear(HIDDEN, CLASSES)
    with torch.no_grad():
        for layer, name in ((first, "w1"), (second, "w2")):
            layer.weight.copy_(torch.from_numpy(run.weights[name].T))
            layer.bias.zero_()
    model = nn.Sequential(first, nn.ReLU(), second)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    loss_of = nn.CrossEntropyLoss()

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    batches = zip(run.weights["x"], run.weights["y"], strict=True)
    return [step(torch.from_numpy(x), torch.from_numpy(y)).item() for x, y in batches]


def tensorflow(run: Setting) -> list[float]:
    import keras
    import tensorflow as tf

    first, second = keras.layers.Dense(HIDDEN, activation="relu"), keras.layers.Dense(CLASSES)
    model = keras.Sequential([keras.Input((INPUTS,)), first, second])
    first.kernel.assign(run.weights["w1"])
    second.kernel.assign(run.weights["w2"])
    optimizer = keras.optimizers.SGD(learning_rate=RATE)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    batches = zip(run.weights["x"], run.weights["y"], strict=True)
    return [float(step(tf.convert_to_tensor(x), tf.convert_to_tensor(y))) for x, y in batches]
