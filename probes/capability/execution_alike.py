"""What is alike in the way code is executed, and what is not.

Both compute a line when it is reached, and train a network with a Python if on its input when the loop is one's own.
The usual way to train differs: PyTorch's is that loop, Keras's is fit, which captures the network first. The way to the
computation differs too: counted are the Python functions that one addition of two tensors goes through before it is
compiled code (what this costs, the timing probe `dispatch` measures).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Ways of executing"
SUBJECT = "execution"

X, RATE = 3.0, 0.01
WEIGHTS = [2.0 * (1 - 2 * RATE * X**2) ** step for step in (1, 2, 3)]


def trained(weights: list[float]) -> Observation:
    return {"weights": weights, "off_by": max(map(abs, np.subtract(weights, WEIGHTS)))}


def refusal(action: Callable[[], object]) -> str | None:
    """The error that an action ends with, without the line in which Keras says where it was."""
    error = raised(action)
    if error is None:
        return None
    lines = [line for line in error["message"].splitlines() if line and not line.startswith("Exception encountered")]
    return f"{error['type']}: {lines[0].split('. ')[0]}"


def python_functions(addition: Callable[[], object]) -> int:
    """How many functions of Python are entered, that of the argument not counted."""
    entered: list[str] = []

    def enter(frame: Any, event: str, _: Any) -> None:
        if event == "call":
            entered.append(frame.f_code.co_name)

    addition()
    sys.setprofile(enter)
    try:
        addition()
    finally:
        sys.setprofile(None)
    return len(entered) - 1


def pytorch() -> Observation:
    """The usual training is a loop of one's own."""
    import torch

    class Forked(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.tensor([2.0]))

        def forward(self, x: Any) -> Any:
            if x.sum() > 0:
                return self.weight * x
            return -self.weight * x

    def train() -> Observation:
        model, weights = Forked(), []
        optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
        for _ in range(3):
            optimizer.zero_grad()
            model(x).square().mean().backward()
            optimizer.step()
            weights.append(model.weight.item())
        return trained(weights)

    x = torch.tensor([[X]])
    return {
        "a_line": lambda: (x + x).tolist(),
        "if_in_own_loop": train,
        "if_in_the_usual_training": {"refused": lambda: refusal(train), "outcome": train},
        "python_functions_in_an_addition": lambda: python_functions(lambda: x + x),
    }


def tensorflow() -> Observation:
    """The usual training is Keras's fit."""
    import keras
    import tensorflow as tf

    class Forked(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.weight = self.add_weight(shape=(1,), initializer=keras.initializers.Constant(2.0))

        def call(self, x: Any) -> Any:
            if tf.reduce_sum(x) > 0:
                return self.weight * x
            return -self.weight * x

    def train() -> Observation:
        model, weights = Forked(), []
        optimizer = keras.optimizers.SGD(RATE)
        for _ in range(3):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(model(x)))
            optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
            weights.append(float(model.weight[0]))
        return trained(weights)

    def fit() -> Observation:
        model, weights = Forked(), []
        model.compile(optimizer=keras.optimizers.SGD(RATE), loss="mse")
        for _ in range(3):
            model.fit(x, tf.zeros((1, 1)), verbose=0)
            weights.append(float(model.weight[0]))
        return trained(weights)

    x = tf.constant([[X]])
    return {
        "a_line": lambda: (x + x).numpy().tolist(),
        "if_in_own_loop": train,
        "if_in_the_usual_training": {"refused": lambda: refusal(fit), "outcome": fit},
        "python_functions_in_an_addition": lambda: python_functions(lambda: x + x),
    }
