"""One call of fit() in Keras, beside the loop that does the same in PyTorch.

A compiled Keras model trains by fit(): it makes the batches, takes the gradients, updates the weights, and prints the
loss and the metrics for the training data and, if asked, for held-out data. In PyTorch these steps are written out.
Both train the same logistic regression without shuffling, so that every weight can be compared with gradient descent
written in NumPy: look at `weights_off_by`. The last entries are what fit() does with a model that was not compiled,
or compiled without a loss, with no optimizer, or without naming one.
"""

from __future__ import annotations

import contextlib
import io
import re
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "fit(), and what it does"
SUBJECT = "training"

ROWS = np.random.default_rng(0).normal(size=(80, 3)).astype(np.float32)
LABELS = (ROWS @ np.array([[2.0], [-1.0], [0.5]]) > 0).astype(np.float32)
TRAIN, HELD_OUT = (ROWS[:60], LABELS[:60]), (ROWS[60:], LABELS[60:])
RATE, BATCH, EPOCHS = 0.5, 16, 3  # batches of 16, 16, 16 and 12 rows


def probabilities(weights: Any, rows: Any) -> Any:
    return 1 / (1 + np.exp(-rows.astype(np.float64) @ weights))


def descent_in_numpy() -> Any:
    weights = np.zeros((3, 1))
    for _ in range(EPOCHS):
        for start in range(0, len(TRAIN[0]), BATCH):
            rows, labels = (part[start : start + BATCH] for part in TRAIN)
            weights -= RATE * rows.T @ (probabilities(weights, rows) - labels) / len(rows)
    return weights


def held_out_figures(weights: Any) -> dict[str, float]:
    p, labels = probabilities(weights, HELD_OUT[0]), HELD_OUT[1]
    loss = -np.mean(labels * np.log(p) + (1 - labels) * np.log(1 - p))
    return {"val_loss": float(loss), "val_accuracy": float(np.mean((p > 0.5) == labels))}


def off_by(weights: Any) -> float:
    return float(np.abs(weights - descent_in_numpy()).max())


def pytorch() -> Observation:
    """There is no fit() to call: the loop that takes its place."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    def loop() -> Observation:
        model = torch.nn.Linear(3, 1, bias=False)
        torch.nn.init.zeros_(model.weight)
        optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
        rows, labels = map(torch.from_numpy, TRAIN)
        for _ in range(EPOCHS):
            for some_rows, some_labels in zip(rows.split(BATCH), labels.split(BATCH), strict=True):
                optimizer.zero_grad()
                binary_cross_entropy_with_logits(model(some_rows), some_labels).backward()
                optimizer.step()
        return {"weights_off_by": off_by(model.weight.detach().numpy().T)}

    return {
        "own_loop": loop,
        "fit": None,
        "fit_without_held_out_data": None,
        "not_compiled": None,
        "compiled_without_loss": None,
        "compiled_with_no_optimizer": None,
        "optimizer_when_none_is_named": None,
    }


def tensorflow() -> Observation:
    """fit() with and without held-out data; then of a model that was compiled in part, or not at all."""
    import keras
    import tensorflow as tf

    batch_sizes: list[int] = []

    class Counted(keras.layers.Layer):
        """Passes its input on, and notes how many rows each batch has."""

        def call(self, rows: Any, training: bool = False) -> Any:
            if training:
                tf.py_function(lambda size: batch_sizes.append(int(size)), [tf.shape(rows)[0]], [])
            return rows

    def net(*before: Any) -> Any:
        dense = keras.layers.Dense(1, "sigmoid", use_bias=False, kernel_initializer="zeros")
        return keras.Sequential([keras.Input((3,)), *before, dense])

    def fit(**settings: Any) -> Observation:
        batch_sizes.clear()
        model = net(Counted())
        optimizer = keras.optimizers.SGD(RATE)
        model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"], jit_compile=False)  # for py_function
        with contextlib.redirect_stdout(io.StringIO()) as page:
            history = model.fit(*TRAIN, batch_size=BATCH, epochs=EPOCHS, shuffle=False, **settings).history
        weights = model.get_weights()[0]
        own_figures = held_out_figures(weights).items()
        printed = sorted(set(re.findall(r"(\w+): ", page.getvalue())))
        return {
            "weights_off_by": off_by(weights),
            "training_loss": history["loss"],
            "rows_in_each_batch": batch_sizes[: len(batch_sizes) // EPOCHS],
            "updates": int(optimizer.iterations),
            "printed": {
                "of_training_data": [name for name in printed if not name.startswith("val_")],
                "of_held_out_data": [name for name in printed if name.startswith("val_")],
            },
            "held_out_off_by": {name: abs(history[name][-1] - own) for name, own in own_figures if name in history},
        }

    def fit_compiled_with(**parts: Any) -> str:
        model = net()
        if parts:
            model.compile(**parts)
        model.fit(*TRAIN, verbose=0)
        return type(model.optimizer).__name__

    return {
        "own_loop": None,
        "fit": lambda: fit(validation_data=HELD_OUT),
        "fit_without_held_out_data": fit,
        "not_compiled": fit_compiled_with,
        "compiled_without_loss": lambda: fit_compiled_with(optimizer="sgd"),
        "compiled_with_no_optimizer": lambda: fit_compiled_with(loss="mse", optimizer=None),
        "optimizer_when_none_is_named": lambda: fit_compiled_with(loss="mse"),
    }
