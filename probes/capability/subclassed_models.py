"""A model as a class: what it derives from, and which methods it defines.

Both put the layers into the constructor, and the forward pass is forward() in PyTorch and call() in Keras: look at
`methods`, at the layers found once the constructor is done, and at what a class ends with that uses the other's name.
`bases` lists the framework's own public classes that the model derives from. Given the same weights, both must give
the numbers of the same network in NumPy (`off_by`); `lines` counts those of the class that is run here.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "A model as a class"
SUBJECT = "models"

X = np.array([[1.0, -2.0, 0.5]], np.float32)
W1, B1 = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4), np.full(4, 0.1, np.float32)
W2, B2 = np.linspace(1, -1, 8, dtype=np.float32).reshape(4, 2), np.full(2, -0.2, np.float32)
EXACT = np.tanh(X @ W1 + B1) @ W2 + B2


def described(network: type, framework: Any, layers: list[Any], output: Any) -> Observation:
    """What a network's class is made of, the layers of a new network, and how far its output is from NumPy's."""
    source = ast.unparse(ast.parse(textwrap.dedent(inspect.getsource(network))))
    return {
        "bases": [name for name in dir(framework) if getattr(framework, name) in network.__mro__],
        "methods": [name for name, member in vars(network).items() if inspect.isfunction(member)],
        "lines": len([line for line in source.splitlines() if line]),
        "layers_after_constructor": [type(layer).__name__ for layer in layers],
        "off_by": float(np.abs(np.asarray(output) - EXACT).max()),
    }


def pytorch() -> Observation:
    """Subclass nn.Module and define forward()."""
    import torch
    from torch import nn

    def network() -> Observation:
        class Network(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.hidden = nn.Linear(3, 4)
                self.out = nn.Linear(4, 2)

            def forward(self, x: Any) -> Any:
                return self.out(torch.tanh(self.hidden(x)))

        model = Network()
        layers = list(model.children())
        with torch.no_grad():
            for parameter, value in zip(model.parameters(), (W1.T, B1, W2.T, B2), strict=True):
                parameter.copy_(torch.from_numpy(value))
            return described(Network, nn, layers, model(torch.from_numpy(X)))

    def derived_from_model() -> list[float]:
        class Network(nn.Model):
            def forward(self, x: Any) -> Any:
                return 2 * x

        return Network()(torch.from_numpy(X)).tolist()

    def with_the_other_name() -> list[float]:
        class Network(nn.Module):
            def call(self, x: Any) -> Any:
                return 2 * x

        return Network()(torch.from_numpy(X)).tolist()

    return {
        "network": network,
        "derived_from_the_name_model": derived_from_model,
        "forward_pass_under_the_other_name": with_the_other_name,
    }


def tensorflow() -> Observation:
    """Subclass keras.Model and define call()."""
    import keras
    import tensorflow as tf
    from keras import layers

    def network() -> Observation:
        class Network(keras.Model):
            def __init__(self) -> None:
                super().__init__()
                self.hidden = layers.Dense(4)
                self.out = layers.Dense(2)

            def call(self, x: Any) -> Any:
                return self.out(tf.tanh(self.hidden(x)))

        model = Network()
        found = list(model.layers)
        model(X)  # makes the weights
        model.set_weights([W1, B1, W2, B2])
        return described(Network, keras, found, model(X))

    def derived_from_model() -> list[float]:
        class Network(keras.Model):
            def call(self, x: Any) -> Any:
                return 2 * x

        return Network()(X).numpy().tolist()

    def with_the_other_name() -> list[float]:
        class Network(keras.Model):
            def forward(self, x: Any) -> Any:
                return 2 * x

        return Network()(X).numpy().tolist()

    return {
        "network": network,
        "derived_from_the_name_model": derived_from_model,
        "forward_pass_under_the_other_name": with_the_other_name,
    }
