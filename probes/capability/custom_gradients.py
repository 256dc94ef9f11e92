"""A layer and a gradient of your own, in plain Python.

The layer is a polynomial with trainable coefficients, written as a Python loop; it stands in a row with a ready layer
and needs no rule for its gradients. The gradient of a real cube root y is written by hand as 1 / (3y²), from the result
that is already there, and checked against differences of the function; a rule made of differentiable operations can
itself be differentiated. `off_by` is the largest difference from the closed form.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Custom layers and gradients"
SUBJECT = "gradients"

COEFFICIENTS, COLUMN = np.array([0.5, -1.0, 2.0]), np.array([[1.0], [2.0], [-0.5]])
POLYNOMIAL = np.polynomial.polynomial.polyval(COLUMN, COEFFICIENTS)
POWERS = (COLUMN ** np.arange(3)).sum(0)
POINTS = np.array([8.0, -27.0])
ROOTS = np.cbrt(POINTS)


def far(found: Any, exact: Any) -> float:
    """The largest difference."""
    return float(np.abs(np.asarray(found) - exact).max())


def pytorch() -> Observation:
    """Subclass nn.Module for the layer, torch.autograd.Function for the gradient; check it by gradcheck."""
    import torch
    from torch import nn

    def own_layer() -> Observation:
        class Polynomial(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.coefficients = nn.Parameter(torch.tensor(COEFFICIENTS))

            def forward(self, x: Any) -> Any:
                y = torch.zeros_like(x)
                for coefficient in self.coefficients.flip(0):
                    y = y * x + coefficient
                return y

        layer = Polynomial()
        y = nn.Sequential(nn.Flatten(), layer)(torch.from_numpy(COLUMN))
        y.sum().backward()
        return {"off_by": far(y.detach(), POLYNOMIAL), "gradient_off_by": far(layer.coefficients.grad, POWERS)}

    def own_gradient() -> Observation:
        class CubeRoot(torch.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                y = x.sign() * x.abs() ** (1 / 3)
                ctx.save_for_backward(y)
                return y

            @staticmethod
            def backward(ctx: Any, upstream: Any) -> Any:
                (y,) = ctx.saved_tensors
                return upstream / (3 * y**2)

        x = torch.tensor(POINTS, requires_grad=True)
        y = CubeRoot.apply(x)
        (slope,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        (curvature,) = torch.autograd.grad(slope.sum(), x)
        return {
            "off_by": far(y.detach(), ROOTS),
            "gradient_off_by": far(slope.detach(), 1 / (3 * ROOTS**2)),
            "second_derivative_off_by": far(curvature, -2 / (9 * ROOTS**5)),
            "check_passes": torch.autograd.gradcheck(CubeRoot.apply, (x,)),
        }

    return {"own_layer": own_layer, "own_gradient": own_gradient}


def tensorflow() -> Observation:
    """Subclass keras.Layer for the layer, decorate with tf.custom_gradient; check it by tf.test.compute_gradient."""
    import keras
    import tensorflow as tf

    def own_layer() -> Observation:
        class Polynomial(keras.Layer):
            def build(self, _: Any) -> None:
                start = keras.initializers.Constant(COEFFICIENTS)
                self.coefficients = self.add_weight(shape=COEFFICIENTS.shape, initializer=start)

            def call(self, x: Any) -> Any:
                y = tf.zeros_like(x)
                for coefficient in tf.unstack(self.coefficients)[::-1]:
                    y = y * x + coefficient
                return y

        layer = Polynomial(dtype="float64")
        with tf.GradientTape() as tape:
            y = keras.Sequential([keras.layers.Flatten(dtype="float64"), layer])(COLUMN)
        gradient = tape.gradient(y, layer.coefficients.value)
        return {"off_by": far(y, POLYNOMIAL), "gradient_off_by": far(gradient, POWERS)}

    def own_gradient() -> Observation:
        @tf.custom_gradient
        def cube_root(x: Any) -> Any:
            y = tf.sign(x) * tf.abs(x) ** (1 / 3)

            def backward(upstream: Any) -> Any:
                return upstream / (3 * y**2)

            return y, backward

        x = tf.Variable(POINTS)
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                y = cube_root(x)
            slope = inner.gradient(y, x)
        curvature = outer.gradient(slope, x)
        by_rule, by_differences = tf.test.compute_gradient(cube_root, [tf.constant(POINTS)], delta=1e-4)
        return {
            "off_by": far(y, ROOTS),
            "gradient_off_by": far(slope, 1 / (3 * ROOTS**2)),
            "second_derivative_off_by": far(curvature, -2 / (9 * ROOTS**5)),
            "check_passes": bool(np.allclose(by_rule, by_differences)),
        }

    return {"own_layer": own_layer, "own_gradient": own_gradient}
