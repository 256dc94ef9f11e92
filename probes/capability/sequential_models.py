"""The same row of three layers, written at once and grown step by step.

Given the same weights, every row must give the numbers of the same network in NumPy: look at `off_by`, the largest
difference. `lines` counts those of the very functions that are run here. The one difference is where sizes come from:
a PyTorch layer is told how many numbers it takes, a Keras layer finds out from what it is given.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "A row of layers"
SUBJECT = "models"

X = np.array([[1.0, -2.0, 0.5]], np.float32)
W1, B1 = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4), np.full(4, 0.1, np.float32)
W2, B2 = np.linspace(1, -1, 8, dtype=np.float32).reshape(4, 2), np.full(2, -0.2, np.float32)
EXACT = np.tanh(X @ W1 + B1) @ W2 + B2


def seen(build: Callable[[], Any], layers: list[Any], output: Any) -> Observation:
    """The lines that build a row, the layers that are found in it, and how far its output is from NumPy's."""
    definition: Any = ast.parse(textwrap.dedent(inspect.getsource(build))).body[0]
    return {
        "lines": sum(bool(line) for node in definition.body for line in ast.unparse(node).splitlines()),
        "layers": [type(layer).__name__ for layer in layers],
        "off_by": float(np.abs(np.asarray(output) - EXACT).max()),
    }


def pytorch() -> Observation:
    """nn.Sequential and append()."""
    import torch
    from torch import nn

    def at_once() -> Any:
        return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))

    def step_by_step() -> Any:
        model = nn.Sequential()
        model.append(nn.Linear(3, 4))
        model.append(nn.Tanh())
        model.append(nn.Linear(4, 2))
        return model

    def run(build: Callable[[], Any]) -> Observation:
        model = build()
        with torch.no_grad():
            for parameter, value in zip(model.parameters(), (W1.T, B1, W2.T, B2), strict=True):
                parameter.copy_(torch.from_numpy(value))
            return seen(build, list(model), model(torch.from_numpy(X)))

    return {"at_once": lambda: run(at_once), "step_by_step": lambda: run(step_by_step)}


def tensorflow() -> Observation:
    """keras.Sequential and add()."""
    import keras
    from keras import layers

    def at_once() -> Any:
        return keras.Sequential([layers.Dense(4), layers.Activation("tanh"), layers.Dense(2)])

    def step_by_step() -> Any:
        model = keras.Sequential()
        model.add(layers.Dense(4))
        model.add(layers.Activation("tanh"))
        model.add(layers.Dense(2))
        return model

    def run(build: Callable[[], Any]) -> Observation:
        model = build()
        model.build((None, 3))
        model.set_weights([W1, B1, W2, B2])
        return seen(build, list(model.layers), model(X))

    return {"at_once": lambda: run(at_once), "step_by_step": lambda: run(step_by_step)}
