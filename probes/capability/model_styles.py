"""One small network written in each style that a framework has.

A row of layers (sequential) and a class (subclassed) exist in both. Keras has a third style, functional: layers are
called on symbolic inputs, and a model is made of the inputs and the outputs. The same lines in PyTorch end with an
error, and it has no name for such an input; there a network can also be written as a function of its weights, or as a
torch.fx graph of layers. Given the same weights, every style must give the numbers of the same network in NumPy: look
at `off_by`, the largest difference.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Sequential, functional and subclassed models"
SUBJECT = "models"

X = np.array([[1.0, -2.0, 0.5]], np.float32)
W1, B1 = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4), np.full(4, 0.1, np.float32)
W2, B2 = np.linspace(1, -1, 8, dtype=np.float32).reshape(4, 2), np.full(2, -0.2, np.float32)
EXACT = np.tanh(X @ W1 + B1) @ W2 + B2


def seen(made: str, output: Any) -> Observation:
    """The class that was built, and how far its output is from NumPy's."""
    return {"made": made, "off_by": float(np.abs(np.asarray(output) - EXACT).max())}


def names_with_input(*modules: ModuleType) -> list[str]:
    """The public names in these modules that speak of an input."""
    names = {name for module in modules for name in dir(module) if not name.startswith("_")}
    return sorted(name for name in names if "Input" in name or name.startswith("input"))


def _pytorch_graph() -> Any:
    """The network as a torch.fx graph of layers."""
    import torch
    from torch import nn

    layers = {"hidden": nn.Linear(3, 4), "tanh": nn.Tanh(), "out": nn.Linear(4, 2)}
    steps = torch.fx.Graph()
    value = steps.placeholder("x")
    for name in layers:
        value = steps.call_module(name, (value,))
    steps.output(value)
    return torch.fx.GraphModule(layers, steps)


def _pytorch_subclassed() -> Any:
    """The network as a subclass of nn.Module."""
    from torch import nn

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = nn.Linear(3, 4)
            self.out = nn.Linear(4, 2)

        def forward(self, x: Any) -> Any:
            return self.out(self.hidden(x).tanh())

    return Network()


def pytorch() -> Observation:
    """nn.Sequential, a subclass of nn.Module, a function of the weights, and a torch.fx graph."""
    import torch
    from torch import nn

    x, w1, b1, w2, b2 = map(torch.from_numpy, (X, W1.T, B1, W2.T, B2))

    def sequential() -> Any:
        return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))

    def functional() -> Any:
        inputs = torch.empty(0, 3)  # no rows: there is no tensor without values
        hidden = nn.Linear(3, 4)(inputs).tanh()
        return nn.Module(inputs, nn.Linear(4, 2)(hidden))

    def plain_function(x: Any, w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
        return nn.functional.linear(nn.functional.linear(x, w1, b1).tanh(), w2, b2)

    def run(model: Any) -> Observation:
        with torch.no_grad():
            for parameter, value in zip(model.parameters(), (w1, b1, w2, b2), strict=True):
                parameter.copy_(value)
            return seen(type(model).__name__, model(x))

    return {
        "sequential": lambda: run(sequential()),
        "functional": lambda: run(functional()),
        "subclassed": lambda: run(_pytorch_subclassed()),
        "graph": lambda: run(_pytorch_graph()),
        "plain_function": lambda: seen("function", plain_function(x, w1, b1, w2, b2)),
        "names_with_input": names_with_input(torch, nn),
    }


def _tensorflow_subclassed() -> Any:
    """The network as a subclass of keras.Model."""
    import keras
    from keras import layers

    class Network(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = layers.Dense(4, activation="tanh")
            self.out = layers.Dense(2)

        def call(self, x: Any) -> Any:
            return self.out(self.hidden(x))

    return Network()


def tensorflow() -> Observation:
    """keras.Sequential, the functional API, a subclass of keras.Model, and a function of the weights."""
    import keras
    import tensorflow as tf
    from keras import layers

    def sequential() -> Any:
        return keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(2)])

    def functional() -> Any:
        inputs = keras.Input((3,))
        hidden = layers.Dense(4, activation="tanh")(inputs)
        return keras.Model(inputs, layers.Dense(2)(hidden))

    def plain_function(x: Any, w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
        return tf.tanh(x @ w1 + b1) @ w2 + b2

    def run(model: Any) -> Observation:
        model(X)  # makes the weights
        model.set_weights([W1, B1, W2, B2])
        return seen(type(model).__name__, model(X))

    return {
        "sequential": lambda: run(sequential()),
        "functional": lambda: run(functional()),
        "subclassed": lambda: run(_tensorflow_subclassed()),
        "graph": lambda: run(functional()),  # it is one
        "plain_function": lambda: seen("function", plain_function(*map(tf.constant, (X, W1, B1, W2, B2)))),
        "names_with_input": names_with_input(tf, keras),
    }
