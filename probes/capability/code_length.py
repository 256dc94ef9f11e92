"""One job, a regression with two layers, and the length of the programs that do it.

32 columns, 10 units with ReLU, one output; mean squared error, plain gradient descent, 15 passes over shuffled batches
of 32 rows. Written with PyTorch, with Keras, and with TensorFlow alone. All three run here, and are then counted: lines
as they stand below and statements, both without imports, and the different names of the library that they use. Look at
`steps_spelled_out` too: which steps of the training each program writes down. That they did the job is seen in
`held_out_error`: the part of the variance, in rows not trained on, that the model does not explain.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "The length of a small training program"
SUBJECT = "training"

ROWS = np.random.default_rng(0).normal(size=(1200, 32)).astype(np.float32)
TARGETS = np.tanh(ROWS[:, :3] @ np.array([[1.0], [-0.5], [0.5]], np.float32))
STEPS = {
    "makes the batches": r"DataLoader\(|\.batch\(",
    "goes through the batches": r"for .+ in batches:",
    "computes the loss": r"loss = ",
    "clears the old gradients": r"zero_grad\(",
    "takes the gradients": r"\.backward\(|\.gradient\(",
    "updates the weights": r"\.step\(|\.assign_sub\(",
}


def _pytorch_program(rows: Any, targets: Any, held_out: Any) -> Any:
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    model = nn.Sequential(nn.Linear(32, 10), nn.ReLU(), nn.Linear(10, 1))
    loss_of = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    dataset = TensorDataset(torch.from_numpy(rows), torch.from_numpy(targets))
    batches = DataLoader(dataset, batch_size=32, shuffle=True)
    for _ in range(15):
        for some_rows, some_targets in batches:
            optimizer.zero_grad()
            loss = loss_of(model(some_rows), some_targets)
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        return model(torch.from_numpy(held_out)).numpy()


def _tensorflow_program_with_keras(rows: Any, targets: Any, held_out: Any) -> Any:
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(10, activation="relu"), layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mean_squared_error")
    model.fit(rows, targets, epochs=15, verbose=0)
    return model.predict(held_out, verbose=0)


def _tensorflow_program_alone(rows: Any, targets: Any, held_out: Any) -> Any:
    import tensorflow as tf

    class TwoLayers(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = tf.Variable(tf.random.normal((32, 10), stddev=0.25))
            self.hidden_bias = tf.Variable(tf.zeros(10))
            self.out = tf.Variable(tf.random.normal((10, 1), stddev=0.25))
            self.out_bias = tf.Variable(tf.zeros(1))

        def __call__(self, rows: Any) -> Any:
            return tf.nn.relu(rows @ self.hidden + self.hidden_bias) @ self.out + self.out_bias

    @tf.function
    def train_step(some_rows: Any, some_targets: Any) -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(some_rows) - some_targets))
        weights = model.trainable_variables
        for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
            weight.assign_sub(0.05 * gradient)

    model = TwoLayers()
    batches = tf.data.Dataset.from_tensor_slices((rows, targets)).shuffle(len(rows)).batch(32)
    for _ in range(15):
        for some_rows, some_targets in batches:
            train_step(some_rows, some_targets)
    return model(held_out).numpy()


def measured(program: Callable[..., Any]) -> Observation:
    """How well a program's model does, and the counts of its source."""
    predictions = program(ROWS[:1000], TARGETS[:1000], ROWS[1000:])
    (function,) = ast.parse(inspect.getsource(program)).body
    parts = [part for part in ast.walk(function) if part is not function]
    imports = [part for part in parts if isinstance(part, ast.Import | ast.ImportFrom)]
    written = [part for part in parts if isinstance(part, ast.stmt) and part not in imports]
    names = sorted(library_names(parts, {alias.asname or alias.name for part in imports for alias in part.names}))
    text = ast.unparse(function)
    steps = [step for step, sign in STEPS.items() if re.search(sign, text)]
    return {
        "held_out_error": float(np.mean((predictions - TARGETS[1000:]) ** 2) / np.var(TARGETS[1000:])),
        "lines": len({line for part in written for line in range(part.lineno, (part.end_lineno or part.lineno) + 1)}),
        "statements": len(written),
        "library_names": {"count": len(names), "which": names},
        "steps_spelled_out": {"count": len(steps), "which": steps},
    }


def library_names(parts: list[ast.AST], imported: set[str]) -> set[str]:
    """The imported names and the attributes that are used, without those that the program defines itself."""
    attributes = [part for part in parts if isinstance(part, ast.Attribute)]
    own = {part.attr for part in attributes if isinstance(part.ctx, ast.Store)} | {"__init__"}
    return {part.attr for part in attributes} - own | {
        part.id for part in parts if isinstance(part, ast.Name)
    } & imported


def pytorch() -> Observation:
    """The program with PyTorch."""

    def own_loop() -> Observation:
        import torch

        torch.manual_seed(0)
        return measured(_pytorch_program)

    return {"with_fit": None, "with_own_loop": own_loop}


def tensorflow() -> Observation:
    """The program with Keras, and with TensorFlow alone."""

    def fit() -> Observation:
        import keras

        keras.utils.set_random_seed(0)
        return measured(_tensorflow_program_with_keras)

    def own_loop() -> Observation:
        import tensorflow as tf

        tf.random.set_seed(0)
        return measured(_tensorflow_program_alone)

    return {"with_fit": fit, "with_own_loop": own_loop}
