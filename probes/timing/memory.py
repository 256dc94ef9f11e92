"""The memory of three small training jobs.

A fresh process imports the framework, builds a network and trains it for twenty steps on batches of 64 images of
28 x 28, in the framework's ordinary way: a multilayer perceptron, a convolutional network, or an LSTM that reads an
image row by row. Look at the peak of resident memory: weights and data take a few megabytes here, so that nearly all
of it is the framework itself, its libraries, buffers and compiled code. It decides how many workers fit on a machine
and whether a small device can train at all. The time is that of the whole job. The losses of all steps must agree.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Arrays, Setting

TITLE = "Memory of three small training jobs"
SUBJECT = "start"
VARIANTS = ("mlp", "cnn", "lstm")
COLD = True
SINCE = "start"
TRAINS = True
DEVICES = ("cpu",)
MODES = ("ordinary",)
STEPS, BATCH, SIDE, HIDDEN, CHANNELS, UNITS, CLASSES, RATE = 20, 64, 28, 256, 16, 64, 10, 0.001
KERNELS: dict[str, list[tuple[int, ...]]] = {
    "mlp": [(SIDE**2, HIDDEN), (HIDDEN, CLASSES)],
    "cnn": [(3, 3, 1, CHANNELS), (SIDE // 2, SIDE // 2, CHANNELS, CLASSES)],
    "lstm": [(SIDE, 4 * UNITS), (UNITS, 4 * UNITS), (UNITS, CLASSES)],
}


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """The batches of images and classes, and kernels with the inputs before the outputs, scaled after He. Biases are
    zero in both."""
    batches = {
        "x": rng.standard_normal((STEPS, BATCH, SIDE, SIDE), dtype=np.float32),
        "y": rng.integers(0, CLASSES, (STEPS, BATCH)),
    }
    kernels = {
        f"kernel{i}": (rng.standard_normal(shape) * np.sqrt(2 / np.prod(shape[:-1]))).astype(np.float32)
        for i, shape in enumerate(KERNELS[variant])
    }
    return {**batches, **kernels}


def pytorch(run: Setting) -> list[float]:
    import torch
    from torch import nn

    class LastOutput(nn.Module):
        def forward(self, found: Any) -> Any:
            outputs, _ = found
            return outputs[:, -1]

    if run.variant == "mlp":
        layers = [nn.Flatten(), nn.Linear(SIDE**2, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, CLASSES)]
    elif run.variant == "cnn":
        convolution = [nn.Unflatten(1, (1, SIDE)), nn.Conv2d(1, CHANNELS, 3, padding="same"), nn.ReLU()]
        layers = [*convolution, nn.MaxPool2d(2), nn.Flatten(), nn.Linear((SIDE // 2) ** 2 * CHANNELS, CLASSES)]
    else:
        lstm = nn.LSTM(SIDE, UNITS, batch_first=True)
        lstm.bias_hh_l0.requires_grad_(False)  # Keras has one bias
        layers = [lstm, LastOutput(), nn.Linear(UNITS, CLASSES)]
    model = nn.Sequential(*layers)
    x, y, *kernels = run.weights.values()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "bias" in name:
                parameter.zero_()
            else:
                kernel = torch.from_numpy(kernels.pop(0))
                outputs_first = kernel.permute(3, 2, 0, 1) if kernel.ndim == 4 else kernel.T
                parameter.copy_(outputs_first.reshape(parameter.shape))
    optimizer = torch.optim.SGD((p for p in model.parameters() if p.requires_grad), lr=RATE)
    loss_of = nn.CrossEntropyLoss()

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return [step(torch.from_numpy(x[i]), torch.from_numpy(y[i])).item() for i in range(STEPS)]


def tensorflow(run: Setting) -> list[float]:
    import tensorflow as tf
    from keras import Input, Sequential, losses, optimizers
    from keras.layers import LSTM, Conv2D, Dense, Flatten, MaxPooling2D, Reshape

    if run.variant == "mlp":
        layers = [Flatten(), Dense(HIDDEN, activation="relu"), Dense(CLASSES)]
    elif run.variant == "cnn":
        convolution = [Reshape((SIDE, SIDE, 1)), Conv2D(CHANNELS, 3, padding="same", activation="relu")]
        layers = [*convolution, MaxPooling2D(2), Flatten(), Dense(CLASSES)]
    else:
        layers = [LSTM(UNITS), Dense(CLASSES)]
    model = Sequential([Input((SIDE, SIDE)), *layers])
    x, y, *kernels = run.weights.values()
    for variable in model.trainable_variables:
        if "bias" in variable.name:
            variable.assign(np.zeros(variable.shape))
        else:
            variable.assign(kernels.pop(0).reshape(variable.shape))
    optimizer = optimizers.SGD(learning_rate=RATE)
    loss_of = losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return [float(step(tf.convert_to_tensor(x[i]), tf.convert_to_tensor(y[i]))) for i in range(STEPS)]
