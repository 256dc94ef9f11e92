"""One layer used three times, and a branch on a value, in the forward pass of a class.

Both let a class call a layer as often as it likes, with one set of weights, and decide by a Python `if` on a tensor's
value where the model is simply called: look at `off_by`, the largest difference from the same network in NumPy.
Training differs. PyTorch's own loop runs the class as it stands. Keras's fit() turns call() into a graph, in which the
branch must be one of the framework's operations, unless it is told to run eagerly.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Reused layers and branches in a class"
SUBJECT = "models"

X = np.array([[1.0, -2.0, 0.5], [0.5, 1.0, -1.0]], np.float32)
WEIGHT, BIAS = np.linspace(-1, 1, 9, dtype=np.float32).reshape(3, 3), np.full(3, 0.1, np.float32)


def once(x: Any) -> Any:
    return x @ WEIGHT + BIAS


def _pytorch_network(name: str) -> Any:
    """One of three classes, made."""
    import torch
    from torch import nn

    class OneLayer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 3)

    class ThreeTimes(OneLayer):
        def forward(self, x: Any) -> Any:
            for _ in range(3):
                x = self.layer(x)
            return x

    class PythonIf(OneLayer):
        def forward(self, x: Any) -> Any:
            x = self.layer(x)
            return x if x.sum() > 0 else -x

    class Operation(OneLayer):
        def forward(self, x: Any) -> Any:
            x = self.layer(x)
            return torch.where(x.sum() > 0, x, -x)

    return {"three_times": ThreeTimes, "python_if": PythonIf, "operation": Operation}[name]()


def pytorch() -> Observation:
    """A subclass of nn.Module, trained by a loop."""
    import torch

    def made(name: str) -> Any:
        model = _pytorch_network(name)
        with torch.no_grad():
            model.layer.weight.copy_(torch.from_numpy(WEIGHT.T))
            model.layer.bias.copy_(torch.from_numpy(BIAS))
        return model

    def off_by(name: str, x: Any, exact: Any) -> float:
        return float(np.abs(made(name)(torch.from_numpy(x)).detach().numpy() - exact).max())

    def trained(name: str) -> Observation:
        model, x, losses = made(name), torch.from_numpy(X), []
        optimizer = torch.optim.SGD(model.parameters(), 0.01)
        for _ in range(3):
            loss = ((model(x) - 1) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return {"loss_before": losses[0], "loss_after": losses[-1]}

    return {
        "one_layer_three_times": {
            "off_by": lambda: off_by("three_times", X, once(once(once(X)))),
            "weights": lambda: sum(weight.numel() for weight in made("three_times").parameters()),
        },
        "python_if": {
            "where_true_off_by": lambda: off_by("python_if", -X, once(-X)),
            "where_false_off_by": lambda: off_by("python_if", X, -once(X)),
        },
        "trained": {
            "three_times": lambda: trained("three_times"),
            "python_if": lambda: trained("python_if"),
            "python_if_eagerly": lambda: trained("python_if"),
            "branch_as_operation": lambda: trained("operation"),
        },
    }


def _tensorflow_network(name: str) -> Any:
    """One of three classes, made."""
    import keras
    import tensorflow as tf
    from keras import layers, ops

    class OneLayer(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.layer = layers.Dense(3)

    class ThreeTimes(OneLayer):
        def call(self, x: Any) -> Any:
            for _ in range(3):
                x = self.layer(x)
            return x

    class PythonIf(OneLayer):
        def call(self, x: Any) -> Any:
            x = self.layer(x)
            return x if tf.reduce_sum(x) > 0 else -x

    class Operation(OneLayer):
        def call(self, x: Any) -> Any:
            x = self.layer(x)
            return ops.cond(ops.sum(x) > 0, lambda: x, lambda: -x)

    return {"three_times": ThreeTimes, "python_if": PythonIf, "operation": Operation}[name]()


def tensorflow() -> Observation:
    """A subclass of keras.Model, trained by fit()."""
    import keras

    def made(name: str) -> Any:
        model = _tensorflow_network(name)
        model(X)  # makes the weights
        model.set_weights([WEIGHT, BIAS])
        return model

    def off_by(name: str, x: Any, exact: Any) -> float:
        return float(np.abs(made(name)(x).numpy() - exact).max())

    def trained(name: str, eagerly: bool = False) -> Observation:
        model = made(name)
        model.compile(keras.optimizers.SGD(0.01), loss="mse", run_eagerly=eagerly)
        losses = model.fit(X, np.ones_like(X), epochs=3, verbose=0).history["loss"]
        return {"loss_before": losses[0], "loss_after": losses[-1]}

    return {
        "one_layer_three_times": {
            "off_by": lambda: off_by("three_times", X, once(once(once(X)))),
            "weights": lambda: made("three_times").count_params(),
        },
        "python_if": {
            "where_true_off_by": lambda: off_by("python_if", -X, once(-X)),
            "where_false_off_by": lambda: off_by("python_if", X, -once(X)),
        },
        "trained": {
            "three_times": lambda: trained("three_times"),
            "python_if": lambda: trained("python_if"),
            "python_if_eagerly": lambda: trained("python_if", eagerly=True),
            "branch_as_operation": lambda: trained("operation"),
        },
    }
