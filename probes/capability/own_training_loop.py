"""A training loop of one's own: how long it is, and what else it serves.

The loop goes over the data, updates the weights for each batch, and reports the loss on held-out data after each pass.
Written once as a function, it trains three models with different layers, losses and optimizers: look at
`loss_after_over_before`, and at the length of the function without its imports.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "A training loop of one's own"
SUBJECT = "training"

ROWS = np.random.default_rng(0).normal(size=(320, 6)).astype(np.float32)
SUMS = 3 * ROWS[:, :3].sum(1, keepdims=True)
SIGNS = (SUMS[:, 0] > 0).astype(np.int64)
TRAINED_ON, PASSES, BATCH = 256, 6, 32


def _pytorch_loop(model: Any, loss_of: Any, optimizer: Any, data: Any, held_out: Any) -> list[float]:
    import torch

    losses = []
    for _ in range(PASSES):
        model.train()
        for rows, targets in data:
            optimizer.zero_grad()
            loss = loss_of(model(rows), targets)
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            rows, targets = held_out
            losses.append(loss_of(model(rows), targets).item())
    return losses


def _tensorflow_loop(model: Any, loss_of: Any, optimizer: Any, data: Any, held_out: Any) -> list[float]:
    import tensorflow as tf

    losses = []
    for _ in range(PASSES):
        for rows, targets in data:
            with tf.GradientTape() as tape:
                loss = loss_of(targets, model(rows, training=True))
            gradients = tape.gradient(loss, model.trainable_weights)
            optimizer.apply(gradients, model.trainable_weights)
        rows, targets = held_out
        losses.append(float(loss_of(targets, model(rows))))
    return losses


def lines_of(function: Callable[..., Any]) -> int:
    """The lines of a function as they stand here, without imports."""
    lines = [line.strip() for line in inspect.getsource(function).splitlines()]
    return sum(bool(line) and not line.startswith("import ") for line in lines)


def pytorch() -> Observation:
    """The loop with three modules of torch.nn."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    def train(model: Any, loss_of: Any, optimizer: Any, targets: Any) -> Observation:
        rows, targets = torch.from_numpy(ROWS), torch.from_numpy(targets)
        data = DataLoader(TensorDataset(rows[:TRAINED_ON], targets[:TRAINED_ON]), batch_size=BATCH)
        held_out = rows[TRAINED_ON:], targets[TRAINED_ON:]
        before = loss_of(model(held_out[0]), held_out[1]).item()
        losses = _pytorch_loop(model, loss_of, optimizer, data, held_out)
        return {"loss_after_over_before": losses[-1] / before}

    def line() -> Observation:
        model = nn.Linear(6, 1)
        return train(model, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.05), SUMS)

    def two_layers() -> Observation:
        model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1))
        return train(model, nn.L1Loss(), torch.optim.Adam(model.parameters(), lr=0.1), SUMS)

    def convolution() -> Observation:
        features = nn.Sequential(nn.Unflatten(1, (1, 6)), nn.Conv1d(1, 8, 3), nn.ReLU(), nn.Flatten())
        model = nn.Sequential(features, nn.Linear(32, 2))
        return train(model, nn.CrossEntropyLoss(), torch.optim.RMSprop(model.parameters(), lr=0.01), SIGNS)

    torch.manual_seed(0)
    return {
        "lines_of_the_loop": lambda: lines_of(_pytorch_loop),
        "line_by_sgd": line,
        "two_layers_by_adam": two_layers,
        "convolution_by_rmsprop": convolution,
    }


def tensorflow() -> Observation:
    """The loop with three models of Keras."""
    import tensorflow as tf

    keras = tf.keras
    layers, losses, optimizers = keras.layers, keras.losses, keras.optimizers

    def train(model: Any, loss_of: Any, optimizer: Any, targets: Any) -> Observation:
        data = tf.data.Dataset.from_tensor_slices((ROWS[:TRAINED_ON], targets[:TRAINED_ON])).batch(BATCH)
        held_out = ROWS[TRAINED_ON:], targets[TRAINED_ON:]
        before = float(loss_of(held_out[1], model(held_out[0])))
        history = _tensorflow_loop(model, loss_of, optimizer, data, held_out)
        return {"loss_after_over_before": history[-1] / before}

    def line() -> Observation:
        model = keras.Sequential([layers.Dense(1)])
        return train(model, losses.MeanSquaredError(), optimizers.SGD(0.05), SUMS)

    def two_layers() -> Observation:
        model = keras.Sequential([layers.Dense(16, activation="relu"), layers.Dense(1)])
        return train(model, losses.MeanAbsoluteError(), optimizers.Adam(0.1), SUMS)

    def convolution() -> Observation:
        features = [layers.Reshape((6, 1)), layers.Conv1D(8, 3, activation="relu"), layers.Flatten()]
        model = keras.Sequential([*features, layers.Dense(2)])
        return train(model, losses.SparseCategoricalCrossentropy(from_logits=True), optimizers.RMSprop(0.01), SIGNS)

    tf.random.set_seed(0)
    return {
        "lines_of_the_loop": lambda: lines_of(_tensorflow_loop),
        "line_by_sgd": line,
        "two_layers_by_adam": two_layers,
        "convolution_by_rmsprop": convolution,
    }
