"""Which ready-made training each library has: a search of its names, and a run of what there is.

Every public function, class and method of the loaded modules is looked at; names kept for TensorFlow 1 are left out.
`found` are those that by their names train: fit, train_step, whatever ends with Trainer, Estimator or Learner. Then a
regression with two layers is trained by what there is; `loss_after` shows what was learnt. PyTorch's Module.train()
teaches nothing: it only switches a model to the behaviour that layers such as dropout have during training.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Ready-made training"
SUBJECT = "training"

ROWS = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
TARGETS = np.tanh(ROWS @ np.array([[2.0], [-1.0], [0.5]], np.float32))
STEPS, RATE = 60, 0.2
TRAINS = r"(fit|fit_\w+|train_(step|on|loop|model|epoch)\w*|\w*(train_loop|training_?loop|trainer|estimator|learner))"
INTERNAL = r"\.(_(?!api)|src|python|core|compat)"


def public_names(library: str) -> set[str]:
    """The public names in the library's loaded public modules, those of methods with the class that defines them."""
    names: set[str] = set()
    for place, module in list(sys.modules.items()):
        if place.split(".")[0] == library and not re.search(INTERNAL, place):
            for name, value in list(vars(module).items()):
                kinds = inspect.getmro(value) if inspect.isclass(value) else ()
                own = [kind for kind in kinds if kind.__module__.split(".")[0] == library]
                names |= {name} | {f"{kind.__name__}.{method}" for kind in own for method in vars(kind)}
    return {name for name in names if not re.search(r"(^|\.)_", name)}


def search(library: str) -> Observation:
    names = public_names(library)
    found = {name for name in names if re.fullmatch(TRAINS, name.split(".")[-1], re.IGNORECASE)}
    return {"names_looked_at": len(names), "found": sorted(found)}


def pytorch() -> Observation:
    """A search of torch; then Module.train(), and a loop."""
    import torch
    from torch import nn

    rows, targets = torch.from_numpy(ROWS), torch.from_numpy(TARGETS)

    def loss_after(train: Callable[[Any], Any]) -> float:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))
        train(model)
        return nn.functional.mse_loss(model(rows), targets).item()

    def loop(model: Any) -> None:
        optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
        for _ in range(STEPS):
            optimizer.zero_grad()
            nn.functional.mse_loss(model(rows), targets).backward()
            optimizer.step()

    return {
        "search": lambda: search("torch"),
        "search_of_keras": None,
        "loss_after": {
            "nothing": lambda: loss_after(lambda _: None),
            "train_method": lambda: loss_after(lambda model: model.train()),
            "fit": None,
            "own_loop": lambda: loss_after(loop),
        },
    }


def tensorflow() -> Observation:
    """A search of tensorflow, and of keras; then fit(), and a loop without Keras."""
    import tensorflow as tf

    def fit() -> float:
        keras = tf.keras
        keras.utils.set_random_seed(0)
        layers = [keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)]
        model = keras.Sequential([keras.Input((3,)), *layers])
        model.compile(keras.optimizers.SGD(RATE), "mse")
        model.fit(ROWS, TARGETS, batch_size=len(ROWS), epochs=STEPS, verbose=0)
        return float(tf.reduce_mean(tf.square(model(ROWS) - TARGETS)))

    def loop(steps: int) -> float:
        tf.random.set_seed(0)
        start = tf.random.normal((3, 8)), tf.zeros(8), tf.random.normal((8, 1), stddev=0.3), tf.zeros(1)
        weights = [tf.Variable(part) for part in start]

        def loss_now() -> Any:
            predictions = tf.nn.relu(ROWS @ weights[0] + weights[1]) @ weights[2] + weights[3]
            return tf.reduce_mean(tf.square(predictions - TARGETS))

        for _ in range(steps):
            with tf.GradientTape() as tape:
                loss = loss_now()
            for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
                weight.assign_sub(RATE * gradient)
        return float(loss_now())

    return {
        "search": lambda: search("tensorflow"),
        "search_of_keras": lambda: search("keras"),
        "loss_after": {
            "nothing": lambda: loop(steps=0),
            "train_method": None,
            "fit": fit,
            "own_loop": lambda: loop(STEPS),
        },
    }
