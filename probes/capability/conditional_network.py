"""A network that takes one of two paths, by a Python if on the sum of its input.

Eagerly the path follows the data: each input goes through one of two weights, and in training only the weight of the
path taken gets a gradient. Three steps of training are compared with the same steps in NumPy. Keras's fit captures the
network as it is written, where an if on a tensor is an error; told to run eagerly, or with the choice written as
keras.ops.cond, it trains.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "A Python if in a network"
SUBJECT = "execution"

ROWS = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
POSITIVE, NEGATIVE, RATE = 1.0, 2.0, 0.01


def losses_in_numpy() -> list[float]:
    weight, losses = np.full((2, 1), POSITIVE), []
    for _ in range(3):
        output = ROWS @ weight
        losses.append(float(np.mean(output**2)))
        weight -= RATE * ROWS.T @ output * 2 / len(ROWS)
    return losses


def compared(losses: list[float]) -> Observation:
    return {"losses": losses, "off_by": max(map(abs, np.subtract(losses, losses_in_numpy())))}


def paths(outputs: list[Any]) -> list[str]:
    """Which weight each output was computed with."""
    sums = {"positive": ROWS.sum() * POSITIVE, "negative": -ROWS.sum() * NEGATIVE}
    return [name for output in outputs for name, value in sums.items() if abs(float(output) - value) < 1e-5]


def pytorch() -> Observation:
    """A module, and its training by a loop; there is no fit."""
    import torch

    class Forked(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.positive = torch.nn.Parameter(torch.full((2, 1), POSITIVE))
            self.negative = torch.nn.Parameter(torch.full((2, 1), NEGATIVE))

        def forward(self, x: Any) -> Any:
            if x.sum() > 0:
                return x @ self.positive
            return x @ self.negative

    def has_gradient() -> Observation:
        model = Forked()
        model(rows).sum().backward()
        return {name: weight.grad is not None for name, weight in model.named_parameters()}

    def train() -> Observation:
        model, losses = Forked(), []
        optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
        for _ in range(3):
            loss = model(rows).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return compared(losses)

    rows = torch.from_numpy(ROWS)
    return {
        "paths": lambda: paths([Forked()(rows).sum(), Forked()(-rows).sum()]),
        "has_gradient": has_gradient,
        "own_loop": train,
        "fit": {"as_it_is": None, "run_eagerly": None, "choice_by_cond": None},
    }


def tensorflow() -> Observation:
    """A Keras model, its training by a loop with a tape, and by fit."""
    import keras
    import tensorflow as tf

    class Forked(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.positive = self.add_weight(shape=(2, 1), initializer=keras.initializers.Constant(POSITIVE))
            self.negative = self.add_weight(shape=(2, 1), initializer=keras.initializers.Constant(NEGATIVE))

        def call(self, x: Any) -> Any:
            if tf.reduce_sum(x) > 0:
                return x @ self.positive
            return x @ self.negative

    class ForkedByCond(Forked):
        def call(self, x: Any) -> Any:
            return keras.ops.cond(tf.reduce_sum(x) > 0, lambda: x @ self.positive, lambda: x @ self.negative)

    def has_gradient() -> Observation:
        model = Forked()
        with tf.GradientTape() as tape:
            y = model(rows)
        weights = {"positive": model.positive.value, "negative": model.negative.value}
        return {name: slope is not None for name, slope in tape.gradient(y, weights).items()}

    def train() -> Observation:
        model, losses = Forked(), []
        optimizer = keras.optimizers.SGD(RATE)
        for _ in range(3):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(model(rows)))
            slopes = tape.gradient(loss, model.trainable_weights)
            pairs = zip(slopes, model.trainable_weights, strict=True)
            optimizer.apply_gradients((slope, weight) for slope, weight in pairs if slope is not None)
            losses.append(float(loss))
        return compared(losses)

    def fit(model: Any, **settings: Any) -> Observation:
        model.compile(optimizer=keras.optimizers.SGD(RATE), loss="mse", **settings)
        return compared(model.fit(ROWS, np.zeros((2, 1)), epochs=3, verbose=0).history["loss"])

    rows = tf.constant(ROWS)
    return {
        "paths": lambda: paths([tf.reduce_sum(Forked()(rows)), tf.reduce_sum(Forked()(-rows))]),
        "has_gradient": has_gradient,
        "own_loop": train,
        "fit": {
            "as_it_is": lambda: fit(Forked()),
            "run_eagerly": lambda: fit(Forked(), run_eagerly=True),
            "choice_by_cond": lambda: fit(ForkedByCond()),
        },
    }
