"""A change in the middle of a training step: the gradients are clipped before the weights are updated.

In a loop of one's own the change is a line between two others: `lines_changed` counts the lines in which the two loops
below differ. Keras's fit() calls train_step() for each batch, so a change of one's own overrides that method; as this
change happens to be foreseen, it can also be asked of the optimizer. That the change took effect is seen in how far the
weights have moved: clipped, no update can be longer than the learning rate times the limit.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "A changed training step"
SUBJECT = "training"

ROWS = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
TARGETS = ROWS @ np.array([[2.0], [-1.0], [0.5]], np.float32)
RATE, LIMIT, PASSES, BATCH = 0.05, 0.1, 5, 16
FARTHEST_WHEN_CLIPPED = RATE * LIMIT * PASSES * len(ROWS) / BATCH


def _pytorch_loop(model: Any, loss_of: Any, optimizer: Any, data: Any) -> None:
    for _ in range(PASSES):
        for rows, targets in data:
            optimizer.zero_grad()
            loss_of(model(rows), targets).backward()
            optimizer.step()


def _pytorch_loop_that_clips(model: Any, loss_of: Any, optimizer: Any, data: Any) -> None:
    from torch.nn.utils import clip_grad_norm_

    for _ in range(PASSES):
        for rows, targets in data:
            optimizer.zero_grad()
            loss_of(model(rows), targets).backward()
            clip_grad_norm_(model.parameters(), LIMIT)
            optimizer.step()


def _tensorflow_loop(model: Any, loss_of: Any, optimizer: Any, data: Any) -> None:
    import tensorflow as tf

    for _ in range(PASSES):
        for rows, targets in data:
            with tf.GradientTape() as tape:
                loss = loss_of(targets, model(rows, training=True))
            gradients = tape.gradient(loss, model.trainable_weights)
            optimizer.apply(gradients, model.trainable_weights)


def _tensorflow_loop_that_clips(model: Any, loss_of: Any, optimizer: Any, data: Any) -> None:
    import tensorflow as tf

    for _ in range(PASSES):
        for rows, targets in data:
            with tf.GradientTape() as tape:
                loss = loss_of(targets, model(rows, training=True))
            gradients = tape.gradient(loss, model.trainable_weights)
            gradients, _ = tf.clip_by_global_norm(gradients, LIMIT)
            optimizer.apply(gradients, model.trainable_weights)


def _tensorflow_model_that_clips() -> Any:
    import tensorflow as tf

    class Clipping(tf.keras.Sequential):
        def train_step(self, data: Any) -> Any:
            rows, targets = data
            with tf.GradientTape() as tape:
                loss = self.compute_loss(rows, targets, self(rows, training=True))
            gradients = tape.gradient(loss, self.trainable_weights)
            gradients, _ = tf.clip_by_global_norm(gradients, LIMIT)
            self.optimizer.apply(gradients, self.trainable_weights)
            return {"loss": loss}

    return Clipping


def source_lines(function: Callable[..., Any]) -> list[str]:
    """The lines of a function's body, without imports."""
    lines = [line.strip() for line in inspect.getsource(function).splitlines()[1:]]
    return [line for line in lines if line and not line.startswith(("import ", "from "))]


def lines_changed(function: Callable[..., Any], other: Callable[..., Any]) -> int:
    return sum(line[0] in "+-" for line in difflib.ndiff(source_lines(function), source_lines(other)))


def distance(before: list[Any], after: list[Any]) -> float:
    """How far all weights together have moved."""
    return float(np.sqrt(sum(((old - new) ** 2).sum() for old, new in zip(before, after, strict=True))))


def pytorch() -> Observation:
    """The loop as it is, and with clip_grad_norm_()."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    def moved_by(loop: Callable[..., None]) -> float:
        torch.manual_seed(0)
        model = torch.nn.Linear(3, 1)
        before = [weight.detach().numpy().copy() for weight in model.parameters()]
        data = DataLoader(TensorDataset(torch.from_numpy(ROWS), torch.from_numpy(TARGETS)), batch_size=BATCH)
        loop(model, torch.nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=RATE), data)
        return distance(before, [weight.detach().numpy() for weight in model.parameters()])

    return {
        "farthest_when_clipped": FARTHEST_WHEN_CLIPPED,
        "weights_moved_by": {
            "loop": lambda: moved_by(_pytorch_loop),
            "loop_that_clips": lambda: moved_by(_pytorch_loop_that_clips),
            "fit": None,
            "fit_with_own_train_step": None,
            "fit_with_an_argument": None,
        },
        "lines_changed": {
            "loop": lambda: lines_changed(_pytorch_loop, _pytorch_loop_that_clips),
            "train_step": None,
        },
    }


def tensorflow() -> Observation:
    """The loop as it is and with clip_by_global_norm(); then fit(), with a train_step() and with an argument."""
    import tensorflow as tf

    keras = tf.keras

    def moved_by(loop: Callable[..., None], kind: Any = keras.Sequential, **settings: Any) -> float:
        keras.utils.set_random_seed(0)
        model = kind([keras.Input((3,)), keras.layers.Dense(1)])
        before = model.get_weights()
        data = tf.data.Dataset.from_tensor_slices((ROWS, TARGETS)).batch(BATCH)
        loop(model, keras.losses.MeanSquaredError(), keras.optimizers.SGD(RATE, **settings), data)
        return distance(before, model.get_weights())

    def fit(model: Any, loss_of: Any, optimizer: Any, data: Any) -> None:
        model.compile(optimizer, loss_of)
        model.fit(data, epochs=PASSES, verbose=0)

    return {
        "farthest_when_clipped": FARTHEST_WHEN_CLIPPED,
        "weights_moved_by": {
            "loop": lambda: moved_by(_tensorflow_loop),
            "loop_that_clips": lambda: moved_by(_tensorflow_loop_that_clips),
            "fit": lambda: moved_by(fit),
            "fit_with_own_train_step": lambda: moved_by(fit, _tensorflow_model_that_clips()),
            "fit_with_an_argument": lambda: moved_by(fit, global_clipnorm=LIMIT),
        },
        "lines_changed": {
            "loop": lambda: lines_changed(_tensorflow_loop, _tensorflow_loop_that_clips),
            "train_step": lambda: len(source_lines(_tensorflow_model_that_clips)),
        },
    }
