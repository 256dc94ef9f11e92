"""The same update of a linear model, from fit() down to single operations.

One step of gradient descent on a mean squared error, written at five levels: a ready-made training method; layers and
an optimizer; variables and automatic gradients; single operations with the gradient worked out by hand, those of the
library's lowest level; and the same with Keras's own, keras.ops. Each result is compared with NumPy's: null where there
is no such level. `operations` counts the functions of the two lowest ones. Automatic gradients are not among Keras's:
they come from the library below it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "High-level and low-level programming"
SUBJECT = "models"

ROWS = np.random.default_rng(0).normal(size=(16, 3)).astype(np.float32)
TARGETS = ROWS @ np.array([[2.0], [-1.0], [0.5]], np.float32)
RATE = 0.1
DOUBLED_RATE_PER_ROW = 2 * RATE / len(ROWS)
UPDATED = DOUBLED_RATE_PER_ROW * ROWS.T.astype(np.float64) @ TARGETS  # from weights of zero


def off_by(weights: Any) -> float:
    return float(np.abs(np.asarray(weights) - UPDATED).max())


def public(space: object) -> int:
    return sum(not name.startswith("_") for name in dir(space))


def pytorch() -> Observation:
    """nn.Linear and an optimizer; a tensor and backward(); the operators of ATen."""
    import torch
    from torch.nn.functional import mse_loss

    rows, targets = torch.from_numpy(ROWS), torch.from_numpy(TARGETS)

    def layers() -> float:
        model = torch.nn.Linear(3, 1, bias=False)
        torch.nn.init.zeros_(model.weight)
        mse_loss(model(rows), targets).backward()
        torch.optim.SGD(model.parameters(), lr=RATE).step()
        return off_by(model.weight.detach().T)

    def variables() -> float:
        weights = torch.zeros((3, 1), requires_grad=True)
        (rows @ weights - targets).square().mean().backward()
        with torch.no_grad():
            weights -= RATE * weights.grad
        return off_by(weights.detach())

    def operations() -> float:
        aten = torch.ops.aten
        weights = torch.zeros((3, 1))
        slope = aten.mm(aten.t(rows), aten.sub(aten.mm(rows, weights), targets))
        return off_by(aten.sub(weights, aten.mul(slope, DOUBLED_RATE_PER_ROW)))

    def operators() -> int:
        names = torch._C._dispatch_get_all_op_names()
        return len(
            {name.split(".")[0] for name in names if name.startswith("aten::") and not name.startswith("aten::_")}
        )

    return {
        "off_by": {
            "fit": None,
            "layers_and_optimizer": layers,
            "variables_and_gradients": variables,
            "single_operations": operations,
            "operations_of_keras": None,
        },
        "operations": {"single": operators, "of_keras": None},
    }


def tensorflow() -> Observation:
    """fit(); a layer and an optimizer; a variable and a tape; tf.raw_ops; keras.ops."""
    import tensorflow as tf

    def dense() -> Any:
        return tf.keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")

    def fit() -> float:
        model = tf.keras.Sequential([dense()])
        model.compile(tf.keras.optimizers.SGD(RATE), "mse")
        model.fit(ROWS, TARGETS, batch_size=len(ROWS), verbose=0)
        return off_by(model.get_weights()[0])

    def layers() -> float:
        layer = dense()
        with tf.GradientTape() as tape:
            loss = tf.keras.losses.MeanSquaredError()(TARGETS, layer(ROWS))
        weights = layer.trainable_weights
        tf.keras.optimizers.SGD(RATE).apply(tape.gradient(loss, weights), weights)
        return off_by(layer.kernel)

    def variables() -> float:
        weights = tf.Variable(tf.zeros((3, 1)))
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(ROWS @ weights - TARGETS))
        weights.assign_sub(RATE * tape.gradient(loss, weights))
        return off_by(weights)

    def operations() -> float:
        raw = tf.raw_ops
        weights = tf.zeros((3, 1))
        errors = raw.Sub(x=raw.MatMul(a=ROWS, b=weights), y=TARGETS)
        slope = raw.MatMul(a=ROWS, b=errors, transpose_a=True)
        return off_by(raw.Sub(x=weights, y=raw.Mul(x=slope, y=DOUBLED_RATE_PER_ROW)))

    def operations_of_keras() -> float:
        ops = tf.keras.ops
        weights = ops.zeros((3, 1))
        slope = ops.matmul(ops.transpose(ROWS), ops.subtract(ops.matmul(ROWS, weights), TARGETS))
        return off_by(ops.subtract(weights, ops.multiply(slope, DOUBLED_RATE_PER_ROW)))

    return {
        "off_by": {
            "fit": fit,
            "layers_and_optimizer": layers,
            "variables_and_gradients": variables,
            "single_operations": operations,
            "operations_of_keras": operations_of_keras,
        },
        "operations": {"single": lambda: public(tf.raw_ops), "of_keras": lambda: public(tf.keras.ops)},
    }
