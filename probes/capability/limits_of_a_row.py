"""What a row of layers is short for, and what does not fit into it.

`lines` counts those of the very functions that build one small network here: as a row, and in the next shorter style.
A row is then trained on a curve and has to lose most of its first error. Last come two things that are no row: two
branches that meet, and two inputs. Look at the errors, and at `outside_a_row`, where the same branches work.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "What does not fit into a row of layers"
SUBJECT = "models"

X = np.array([[1.0, -2.0, 0.5]], np.float32)
POINTS = np.tile(np.linspace(-2, 2, 64, dtype=np.float32), 100)[:, None]
CURVE = np.sin(2 * POINTS)


def lines(function: Callable[[], Any]) -> int:
    """The lines of a function's body as Python itself would write them, once it has run."""
    function()
    definition: Any = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    return sum(bool(line) for node in definition.body for line in ast.unparse(node).splitlines())


def errors(before: Any, after: Any) -> Observation:
    """The mean squared error of two outputs, and what is left of the first."""
    first, last = (float(np.mean((np.asarray(output) - CURVE) ** 2)) for output in (before, after))
    return {"error_before": first, "error_after": last, "left": last / first}


def _pytorch_outside_a_row(x: Any) -> list[int]:
    """The output's shape of two branches, each with its input, that meet."""
    from torch import nn

    class Branches(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.left, self.right = nn.Linear(3, 4), nn.Linear(3, 4)
            self.merge = nn.Bilinear(4, 4, 2)

        def forward(self, a: Any, b: Any) -> Any:
            return self.merge(self.left(a), self.right(b))

    return list(Branches()(x, x).shape)


def pytorch() -> Observation:
    """nn.Sequential, and a subclass of nn.Module."""
    import torch
    from torch import nn

    def row() -> Any:
        return nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 1))

    def the_same_without_a_row() -> Any:
        class Network(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.hidden = nn.Linear(1, 32)
                self.out = nn.Linear(32, 1)

            def forward(self, x: Any) -> Any:
                return self.out(self.hidden(x).tanh())

        return Network()

    def learned() -> Observation:
        torch.manual_seed(0)
        model, x, y = row(), torch.from_numpy(POINTS), torch.from_numpy(CURVE)
        before = model(x).detach()
        optimizer = torch.optim.Adam(model.parameters(), 0.03)
        for batch, wanted in zip(x.split(64), y.split(64), strict=True):
            optimizer.zero_grad()
            nn.functional.mse_loss(model(batch), wanted).backward()
            optimizer.step()
        return errors(before, model(x).detach())

    x = torch.from_numpy(X)
    return {
        "lines": {
            "row": lambda: lines(row),
            "the_same_without_a_row": lambda: lines(the_same_without_a_row),
        },
        "learned": learned,
        "branches_that_meet": lambda: list(nn.Sequential(nn.Linear(3, 4), nn.Bilinear(4, 4, 2))(x).shape),
        "two_inputs": lambda: list(nn.Sequential(nn.Bilinear(3, 3, 4), nn.Linear(4, 2))(x, x).shape),
        "outside_a_row": lambda: _pytorch_outside_a_row(x),
    }


def tensorflow() -> Observation:
    """keras.Sequential, and the functional API."""
    import keras
    from keras import layers

    def row() -> Any:
        return keras.Sequential([layers.Dense(32, activation="tanh"), layers.Dense(1)])

    def the_same_without_a_row() -> Any:
        inputs = keras.Input((1,))
        hidden = layers.Dense(32, activation="tanh")(inputs)
        return keras.Model(inputs, layers.Dense(1)(hidden))

    def outside_a_row() -> list[int]:
        a, b = keras.Input((3,)), keras.Input((3,))
        merged = layers.Add()([layers.Dense(4)(a), layers.Dense(4)(b)])
        return list(keras.Model([a, b], layers.Dense(2)(merged))([X, X]).shape)

    def learned() -> Observation:
        keras.utils.set_random_seed(0)
        model = row()
        before = model(POINTS)
        model.compile(keras.optimizers.Adam(0.03), loss="mse")
        model.fit(POINTS, CURVE, batch_size=64, shuffle=False, verbose=0)
        return errors(before, model(POINTS))

    def two_inputs() -> list[int]:
        model = keras.Sequential([keras.Input((3,)), keras.Input((3,)), layers.Add(), layers.Dense(2)])
        return list(model([X, X]).shape)

    return {
        "lines": {
            "row": lambda: lines(row),
            "the_same_without_a_row": lambda: lines(the_same_without_a_row),
        },
        "learned": learned,
        "branches_that_meet": lambda: list(keras.Sequential([layers.Dense(4), layers.Add(), layers.Dense(2)])(X).shape),
        "two_inputs": two_inputs,
        "outside_a_row": outside_a_row,
    }
