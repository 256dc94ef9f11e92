"""The calls of a training loop, one after the other, and what each of them changes.

For each batch the loss is computed, its gradients are taken, and the optimizer updates the weights from them. In
PyTorch the gradients are kept on the weights, which is why backward() and step() take no arguments, and why they add up
until they are cleared; in TensorFlow the tape returns them and they are passed on. Look at `one_batch`: what has
changed after each call. Then whole loops, complete and with one call left out, beside gradient descent in NumPy.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "The calls of a training loop"
SUBJECT = "training"

ROWS = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
TARGETS = ROWS @ np.array([[2.0], [-1.0], [0.5]], np.float32)
RATE, BATCH, EPOCHS = 0.1, 16, 3
BATCHES = [(ROWS[start : start + BATCH], TARGETS[start : start + BATCH]) for start in range(0, 60, BATCH)]


def slope(weights: Any, rows: Any, targets: Any) -> Any:
    """The gradient of the mean squared error."""
    return 2 * rows.T.astype(np.float64) @ (rows @ weights - targets) / len(rows)


def descent_in_numpy() -> Any:
    weights = np.zeros((3, 1))
    for rows, targets in BATCHES * EPOCHS:
        weights -= RATE * slope(weights, rows, targets)
    return weights


def difference(one: Any, other: Any) -> float:
    return float(np.abs(np.asarray(one) - other).max())


def of_weights(weights: Any) -> Observation:
    return {"moved_by": difference(weights, 0), "off_by": difference(weights, descent_in_numpy())}


def pytorch() -> Observation:
    """backward() and step(); then loops without backward(), step() or zero_grad()."""
    import torch
    from torch.nn.functional import mse_loss

    def fresh() -> tuple[Any, Any]:
        model = torch.nn.Linear(3, 1, bias=False)
        torch.nn.init.zeros_(model.weight)
        return model, torch.optim.SGD(model.parameters(), lr=RATE)

    def one_batch() -> Observation:
        model, optimizer = fresh()
        rows, targets = BATCHES[0]
        exact = slope(np.zeros((3, 1)), rows, targets)

        def state() -> Observation:
            gradient = model.weight.grad
            off_by = None if gradient is None else difference(gradient.T, exact)
            return {"gradient_off_by": off_by, "weights_moved_by": difference(model.weight.detach(), 0)}

        loss = mse_loss(model(torch.from_numpy(rows)), torch.from_numpy(targets))
        after_loss = state()
        loss.backward()
        after_gradient = state()
        optimizer.step()
        return {"after_loss": after_loss, "after_gradient": after_gradient, "after_update": state()}

    def loop(*, clears: bool = True, takes_gradient: bool = True, updates: bool = True) -> Observation:
        model, optimizer = fresh()
        for rows, targets in BATCHES * EPOCHS:
            loss = mse_loss(model(torch.from_numpy(rows)), torch.from_numpy(targets))
            if clears:
                optimizer.zero_grad()
            if takes_gradient:
                loss.backward()
            if updates:
                optimizer.step()
        return of_weights(model.weight.detach().T)

    return {
        "one_batch": one_batch,
        "loop": loop,
        "loop_that_takes_no_gradient": lambda: loop(takes_gradient=False),
        "loop_that_does_not_update": lambda: loop(updates=False),
        "loop_that_does_not_clear": lambda: loop(clears=False),
    }


def tensorflow() -> Observation:
    """The tape's gradient() and the optimizer's apply(); there is nothing to clear, and apply() needs the gradients."""
    import keras
    import tensorflow as tf

    def fresh() -> tuple[Any, Any]:
        return tf.Variable(tf.zeros((3, 1))), keras.optimizers.SGD(RATE)

    def loss_of(weights: Any, rows: Any, targets: Any) -> Any:
        return tf.reduce_mean(tf.square(rows @ weights - targets))

    def one_batch() -> Observation:
        weights, optimizer = fresh()
        rows, targets = BATCHES[0]
        exact = slope(np.zeros((3, 1)), rows, targets)

        def state(gradient: Any = None) -> Observation:
            off_by = None if gradient is None else difference(gradient, exact)
            return {"gradient_off_by": off_by, "weights_moved_by": difference(weights, 0)}

        with tf.GradientTape() as tape:
            loss = loss_of(weights, rows, targets)
        after_loss = state()
        gradient = tape.gradient(loss, weights)
        after_gradient = state(gradient)
        optimizer.apply([gradient], [weights])
        return {"after_loss": after_loss, "after_gradient": after_gradient, "after_update": state(gradient)}

    def loop(*, updates: bool = True) -> Observation:
        weights, optimizer = fresh()
        for rows, targets in BATCHES * EPOCHS:
            with tf.GradientTape() as tape:
                loss = loss_of(weights, rows, targets)
            gradient = tape.gradient(loss, weights)
            if updates:
                optimizer.apply([gradient], [weights])
        return of_weights(weights)

    return {
        "one_batch": one_batch,
        "loop": loop,
        "loop_that_takes_no_gradient": None,
        "loop_that_does_not_update": lambda: loop(updates=False),
        "loop_that_does_not_clear": None,
    }
