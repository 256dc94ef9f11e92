"""Gradients, Hessians and per-sample gradients, made from functions.

PyTorch's torch.func takes a function and returns another one (grad, hessian, vmap, jacfwd, jacrev), and these can be
put inside one another. TensorFlow records what runs inside a tape, so a second derivative is a tape in a tape; a
batch is mapped by tf.vectorized_map or tape.batch_jacobian. Every value is compared with its closed form, for
f(x) = x0³ + x1³ + x2³ + x0·x1 and for the squared error of a line. `names` lists what torch.func and
tf.autodiff hold.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Transforming functions"
SUBJECT = "gradients"

X = np.array([1.0, 2.0, -0.5])
DIRECTION = np.array([1.0, -1.0, 2.0])
GRADIENT = 3 * X**2 + np.array([X[1], X[0], 0])
HESSIAN = np.diag(6 * X) + np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]])

ROWS = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0], [-2.0, 1.0]])
LABELS = np.array([1.0, 0.0, 2.0, -1.0])
WEIGHT = np.array([0.3, -0.2])
PER_SAMPLE = 2 * (ROWS @ WEIGHT - LABELS)[:, None] * ROWS


def compare(found: Any, exact: Any) -> Observation:
    """The value found, rounded for reading, and its largest difference from the closed form."""
    return {"value": np.round(found, 6).tolist(), "off_by": float(np.abs(np.asarray(found) - exact).max())}


def pytorch() -> Observation:
    """Functions of functions from torch.func."""
    import torch
    from torch.func import grad, hessian, jacfwd, jacrev, jvp, vmap

    x, direction, rows, labels, weight = map(torch.from_numpy, (X, DIRECTION, ROWS, LABELS, WEIGHT))

    def f(x: Any) -> Any:
        return (x**3).sum() + x[0] * x[1]

    def loss(weight: Any, row: Any, label: Any) -> Any:
        return (row @ weight - label) ** 2

    _, hessian_times_vector = jvp(grad(f), (x,), (direction,))
    fourth_power = torch.tensor(2.0, dtype=torch.float64)
    return {
        "gradient": compare(grad(f)(x), GRADIENT),
        "hessian": compare(hessian(f)(x), HESSIAN),
        "hessian_forward_over_reverse": compare(jacfwd(jacrev(f))(x), HESSIAN),
        "hessian_times_vector": compare(hessian_times_vector, HESSIAN @ DIRECTION),
        "third_derivative_of_fourth_power": compare(grad(grad(grad(lambda t: t**4)))(fourth_power), 24 * 2.0),
        "per_sample_gradients": compare(vmap(grad(loss), in_dims=(None, 0, 0))(weight, rows, labels), PER_SAMPLE),
        "per_sample_jacobians": compare(vmap(jacrev(torch.sin))(rows)[0], np.diag(np.cos(ROWS[0]))),
        "hessians_of_a_batch": compare(vmap(hessian(f))(torch.stack([x, x])), np.stack([HESSIAN, HESSIAN])),
        "names": sorted(name for name in dir(torch.func) if not name.startswith("_")),
    }


def tensorflow() -> Observation:
    """Tapes inside functions and inside one another, mapped over a batch by tf.vectorized_map."""
    import tensorflow as tf

    x, direction, rows, labels, weight = map(tf.constant, (X, DIRECTION, ROWS, LABELS, WEIGHT))

    def f(x: Any) -> Any:
        return tf.reduce_sum(x**3) + x[0] * x[1]

    def loss(weight: Any, row: Any, label: Any) -> Any:
        return (tf.tensordot(row, weight, 1) - label) ** 2

    def grad(function: Any, x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        return tape.gradient(y, x)

    def hessian(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            slope = grad(f, x)
        return tape.jacobian(slope, x)

    def hessian_forward_over_reverse(direction: Any) -> Any:
        with tf.autodiff.ForwardAccumulator(x, direction) as accumulator:
            slope = grad(f, x)
        return accumulator.jvp(slope)

    def sample_gradient(row_and_label: Any) -> Any:
        row, label = row_and_label
        return grad(lambda weight: loss(weight, row, label), weight)

    with tf.GradientTape() as tape:
        tape.watch(rows)
        waves = tf.sin(rows)
    by_columns = tf.vectorized_map(hessian_forward_over_reverse, tf.eye(3, dtype=x.dtype))
    third = grad(lambda t: grad(lambda t: grad(lambda t: t**4, t), t), tf.constant(2.0, tf.float64))
    return {
        "gradient": compare(grad(f, x), GRADIENT),
        "hessian": compare(hessian(x), HESSIAN),
        "hessian_forward_over_reverse": compare(tf.transpose(by_columns), HESSIAN),
        "hessian_times_vector": compare(hessian_forward_over_reverse(direction), HESSIAN @ DIRECTION),
        "third_derivative_of_fourth_power": compare(third, 24 * 2.0),
        "per_sample_gradients": compare(tf.vectorized_map(sample_gradient, (rows, labels)), PER_SAMPLE),
        "per_sample_jacobians": compare(tape.batch_jacobian(waves, rows)[0], np.diag(np.cos(ROWS[0]))),
        "hessians_of_a_batch": compare(tf.vectorized_map(hessian, tf.stack([x, x])), np.stack([HESSIAN, HESSIAN])),
        "names": sorted(name for name in dir(tf.autodiff) if not name.startswith("_")),
    }
