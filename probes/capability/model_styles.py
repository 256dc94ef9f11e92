"""One small network written in each style that a framework has.

A row of layers (sequential) and a class (subclassed) exist in both, and look alike: PyTorch's class has forward(),
Keras's has call(). Keras has a third style, functional: layers are called on symbolic inputs, which also allows several
inputs and shared layers without a class; PyTorch takes a class for that. With the same weights every style gives the
same numbers. A branch does not fit in a row of layers in either. PyTorch's LSTM returns a tuple, so in a row it needs
a small module after it; Keras's LSTM returns a tensor. `statements` counts those in the source of each function below.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Sequential, functional and subclassed models"
SUBJECT = "models"

X = np.array([[1.0, -2.0, 0.5]], np.float32)
W1, B1 = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4), np.full(4, 0.1, np.float32)
W2, B2 = np.linspace(1, -1, 8, dtype=np.float32).reshape(4, 2), np.full(2, -0.2, np.float32)


def torch_sequential() -> Any:
    from torch import nn

    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))


def torch_subclassed() -> Any:
    from torch import nn

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = nn.Linear(3, 4)
            self.out = nn.Linear(4, 2)

        def forward(self, x: Any) -> Any:
            return self.out(self.hidden(x).tanh())

    return Network()


def torch_two_inputs() -> Any:
    import torch
    from torch import nn

    class TwoInputs(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.shared = nn.Linear(3, 4)
            self.out = nn.Linear(8, 2)

        def forward(self, a: Any, b: Any) -> Any:
            return self.out(torch.cat([self.shared(a), self.shared(b)], dim=1))

    return TwoInputs()


def keras_sequential() -> Any:
    import keras
    from keras import layers

    return keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(2)])


def keras_subclassed() -> Any:
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


def keras_functional() -> Any:
    import keras
    from keras import layers

    inputs = keras.Input((3,))
    hidden = layers.Dense(4, activation="tanh")(inputs)
    return keras.Model(inputs, layers.Dense(2)(hidden))


def keras_two_inputs() -> Any:
    import keras
    from keras import layers

    a, b = keras.Input((3,)), keras.Input((3,))
    shared = layers.Dense(4)
    both = layers.Concatenate()([shared(a), shared(b)])
    return keras.Model([a, b], layers.Dense(2)(both))


def statements(function: Callable[[], Any]) -> int:
    """The statements of a function, imports left out, a class and its methods included."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    counted = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    return sum(not isinstance(node, (ast.Import, ast.ImportFrom)) for node in counted) - 1


def far(output: Any) -> float:
    """The largest difference from the same network in NumPy."""
    return float(np.abs(output - (np.tanh(X @ W1 + B1) @ W2 + B2)).max())


def pytorch() -> Observation:
    """nn.Sequential and a subclass of nn.Module."""
    import torch
    from torch import nn

    class LastStep(nn.Module):
        def forward(self, output_and_state: Any) -> Any:
            return output_and_state[0][:, -1]

    class ThreeTimes(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 3)

        def forward(self, x: Any) -> Any:
            for _ in range(3):
                x = self.layer(x).relu()
            return x

    def seen(build: Callable[[], Any]) -> Observation:
        model = build()
        with torch.no_grad():
            for weight, value in zip(model.parameters(), (W1.T, B1, W2.T, B2), strict=True):
                weight.copy_(torch.from_numpy(value))
            output = model(torch.from_numpy(X)).numpy()
        size = sum(weight.numel() for weight in model.parameters())
        return {"statements": statements(build), "parameters": size, "off_by": far(output)}

    x, steps = torch.from_numpy(X), torch.zeros(2, 5, 3)
    two_inputs, three_times = torch_two_inputs(), ThreeTimes()
    lstm = nn.LSTM(3, 4, batch_first=True)
    return {
        "sequential": seen(torch_sequential),
        "functional": None,
        "subclassed": seen(torch_subclassed),
        "method_of_the_subclass": [name for name in vars(type(torch_subclassed())) if not name.startswith("_")],
        "base_class": {"Model": hasattr(nn, "Model"), "Module": hasattr(nn, "Module")},
        "symbolic_input": hasattr(nn, "Input"),
        "two_inputs_one_shared_layer": {
            "statements": statements(torch_two_inputs),
            "parameters": sum(weight.numel() for weight in two_inputs.parameters()),
            "shape": list(two_inputs(x, x).shape),
        },
        "one_layer_three_times": {
            "shape": list(three_times(x).shape),
            "parameters": sum(weight.numel() for weight in three_times.parameters()),
        },
        "merging_in_a_row": raised(lambda: nn.Sequential(nn.Linear(3, 4), nn.Bilinear(4, 4, 2))(x)),
        "lstm_in_a_row": {
            "returns": type(nn.Sequential(lstm)(steps)).__name__,
            "with_a_dense_layer": raised(lambda: nn.Sequential(lstm, nn.Linear(4, 2))(steps)),
            "with_a_layer_of_ones_own": list(nn.Sequential(lstm, LastStep(), nn.Linear(4, 2))(steps).shape),
        },
    }


def tensorflow() -> Observation:
    """keras.Sequential, the functional API, and a subclass of keras.Model."""
    import keras
    import tensorflow as tf
    from keras import layers

    class ThreeTimes(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.layer = layers.Dense(3)

        def call(self, x: Any) -> Any:
            for _ in range(3):
                x = tf.nn.relu(self.layer(x))
            return x

    def seen(build: Callable[[], Any]) -> Observation:
        model = build()
        model(tf.zeros((1, 3)))
        model.set_weights([W1, B1, W2, B2])
        output = model(tf.constant(X)).numpy()
        return {"statements": statements(build), "parameters": model.count_params(), "off_by": far(output)}

    x, steps = tf.constant(X), tf.zeros((2, 5, 3))
    two_inputs, three_times = keras_two_inputs(), ThreeTimes()
    return {
        "sequential": seen(keras_sequential),
        "functional": seen(keras_functional),
        "subclassed": seen(keras_subclassed),
        "method_of_the_subclass": [name for name in vars(type(keras_subclassed())) if not name.startswith("_")],
        "base_class": {"Model": hasattr(keras, "Model"), "Module": hasattr(keras, "Module")},
        "symbolic_input": hasattr(keras, "Input"),
        "two_inputs_one_shared_layer": {
            "statements": statements(keras_two_inputs),
            "parameters": two_inputs.count_params(),
            "shape": list(two_inputs([x, x]).shape),
        },
        "one_layer_three_times": {
            "shape": list(three_times(x).shape),
            "parameters": three_times.count_params(),
        },
        "merging_in_a_row": raised(lambda: keras.Sequential([layers.Dense(4), layers.Concatenate()])(x)),
        "lstm_in_a_row": {
            "returns": type(keras.Sequential([layers.LSTM(4)])(steps)).__name__,
            "with_a_dense_layer": list(keras.Sequential([layers.LSTM(4), layers.Dense(2)])(steps).shape),
            "with_a_layer_of_ones_own": None,
        },
    }
