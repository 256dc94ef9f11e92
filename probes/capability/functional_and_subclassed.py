"""How many lines two networks take in the functional style and as a class.

The first network is a row of two layers, the second has two inputs that share a layer. `lines` counts those of the
very functions that are run here, as Python itself would write them, without imports and empty lines; `off_by` is the
largest difference from the same network in NumPy, so that what is counted is known to work. PyTorch has no functional
style, and its class takes as many lines as Keras's or one fewer: Keras hands several inputs over as one list.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Lines of a functional and of a subclassed model"
SUBJECT = "models"

A, B = np.array([[1.0, -2.0, 0.5]], np.float32), np.array([[0.5, 1.0, -1.0]], np.float32)
W1, B1 = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4), np.full(4, 0.1, np.float32)
W2, B2 = np.linspace(1, -1, 8, dtype=np.float32).reshape(4, 2), np.full(2, -0.2, np.float32)
W3 = np.linspace(1, -1, 16, dtype=np.float32).reshape(8, 2)
ROW = np.tanh(A @ W1 + B1) @ W2 + B2
TWO_INPUTS = np.concatenate([A @ W1 + B1, B @ W1 + B1], axis=1) @ W3 + B2


def seen(build: Callable[[], Any], output: Any, exact: Any) -> Observation:
    """The lines of the function that builds a model, and how far the model's output is from NumPy's."""
    definition: Any = ast.parse(textwrap.dedent(inspect.getsource(build))).body[0]
    lines = sum(bool(line) for node in definition.body for line in ast.unparse(node).splitlines())
    return {"lines": lines, "off_by": float(np.abs(np.asarray(output) - exact).max())}


def pytorch() -> Observation:
    """A subclass of nn.Module."""
    import torch
    from torch import nn

    def row() -> Any:
        class Network(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.hidden = nn.Linear(3, 4)
                self.out = nn.Linear(4, 2)

            def forward(self, x: Any) -> Any:
                return self.out(self.hidden(x).tanh())

        return Network()

    def two_inputs() -> Any:
        class TwoInputs(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.shared = nn.Linear(3, 4)
                self.out = nn.Linear(8, 2)

            def forward(self, a: Any, b: Any) -> Any:
                return self.out(torch.cat([self.shared(a), self.shared(b)], dim=1))

        return TwoInputs()

    def run(build: Callable[[], Any], inputs: Any, weights: Any, exact: Any) -> Observation:
        model = build()
        with torch.no_grad():
            for parameter, value in zip(model.parameters(), weights, strict=True):
                parameter.copy_(torch.from_numpy(value))
            return seen(build, model(*map(torch.from_numpy, inputs)), exact)

    return {
        "row": {"functional": None, "subclassed": lambda: run(row, [A], [W1.T, B1, W2.T, B2], ROW)},
        "two_inputs_one_shared_layer": {
            "functional": None,
            "subclassed": lambda: run(two_inputs, [A, B], [W1.T, B1, W3.T, B2], TWO_INPUTS),
        },
    }


def _tensorflow_run(build: Callable[[], Any], inputs: Any, weights: Any, exact: Any) -> Observation:
    model = build()
    model(inputs)  # a subclassed model makes its weights now
    model.set_weights(weights)
    return seen(build, model(inputs), exact)


def tensorflow() -> Observation:
    """The functional API, and a subclass of keras.Model."""
    import keras
    from keras import layers, ops

    def row() -> Any:
        class Network(keras.Model):
            def __init__(self) -> None:
                super().__init__()
                self.hidden = layers.Dense(4, activation="tanh")
                self.out = layers.Dense(2)

            def call(self, x: Any) -> Any:
                return self.out(self.hidden(x))

        return Network()

    def functional_row() -> Any:
        inputs = keras.Input((3,))
        hidden = layers.Dense(4, activation="tanh")(inputs)
        return keras.Model(inputs, layers.Dense(2)(hidden))

    def two_inputs() -> Any:
        class TwoInputs(keras.Model):
            def __init__(self) -> None:
                super().__init__()
                self.shared = layers.Dense(4)
                self.out = layers.Dense(2)

            def call(self, inputs: Any) -> Any:
                a, b = inputs
                return self.out(ops.concatenate([self.shared(a), self.shared(b)], axis=1))

        return TwoInputs()

    def functional_two_inputs() -> Any:
        a, b = keras.Input((3,)), keras.Input((3,))
        shared = layers.Dense(4)
        both = layers.Concatenate()([shared(a), shared(b)])
        return keras.Model([a, b], layers.Dense(2)(both))

    return {
        "row": {
            "functional": lambda: _tensorflow_run(functional_row, A, [W1, B1, W2, B2], ROW),
            "subclassed": lambda: _tensorflow_run(row, A, [W1, B1, W2, B2], ROW),
        },
        "two_inputs_one_shared_layer": {
            "functional": lambda: _tensorflow_run(functional_two_inputs, [A, B], [W1, B1, W3, B2], TWO_INPUTS),
            "subclassed": lambda: _tensorflow_run(two_inputs, [A, B], [W1, B1, W3, B2], TWO_INPUTS),
        },
    }
