"""Gradients of your own, by the same rule in both.

The gradient of a real cube root y is written by hand as 1 / (3y²), from the result that is already there, and checked
against differences of the function. A second rule is wrong on purpose: rounding that passes the gradient straight
through, as quantised networks use it. It works as well, and the check by differences rightly refuses it. The second
derivative shows that a rule made of differentiable operations can itself be differentiated.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Custom gradients"
SUBJECT = "gradients"

POINTS = np.array([8.0, -27.0])
ROOTS = np.cbrt(POINTS)


def pytorch() -> Observation:
    """Subclass torch.autograd.Function; check it by torch.autograd.gradcheck."""
    import torch

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

    class RoundStraightThrough(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:  # noqa: ARG004 - nothing to save
            return x.round()

        @staticmethod
        def backward(ctx: Any, upstream: Any) -> Any:  # noqa: ARG004
            return upstream

    x = torch.tensor(POINTS, requires_grad=True)
    y = CubeRoot.apply(x)
    (slope,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), x)

    raw = torch.tensor([1.2, 2.7], dtype=torch.float64, requires_grad=True)
    rounded = RoundStraightThrough.apply(raw)
    (passed,) = torch.autograd.grad(rounded.sum(), raw)
    return {
        "value": y.tolist(),
        "gradient": slope.tolist(),
        "gradient_closed_form": (1 / (3 * ROOTS**2)).tolist(),
        "second_derivative": curvature.tolist(),
        "second_derivative_closed_form": (-2 / (9 * ROOTS**5)).tolist(),
        "check_passes": torch.autograd.gradcheck(CubeRoot.apply, (x,)),
        "check_of_second_derivative_passes": torch.autograd.gradgradcheck(CubeRoot.apply, (x,)),
        "straight_through": {"value": rounded.tolist(), "gradient": passed.tolist()},
        "straight_through_check_passes": torch.autograd.gradcheck(
            RoundStraightThrough.apply, (raw,), raise_exception=False
        ),
        "straight_through_check_error": raised(lambda: torch.autograd.gradcheck(RoundStraightThrough.apply, (raw,))),
    }


def tensorflow() -> Observation:
    """Decorate with tf.custom_gradient; check by tf.test.compute_gradient, which gives both Jacobians."""
    import tensorflow as tf

    @tf.custom_gradient
    def cube_root(x: Any) -> Any:
        y = tf.sign(x) * tf.abs(x) ** (1 / 3)

        def backward(upstream: Any) -> Any:
            return upstream / (3 * y**2)

        return y, backward

    @tf.custom_gradient
    def round_straight_through(x: Any) -> Any:
        return tf.round(x), lambda upstream: upstream

    def slope_of(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = cube_root(x)
        return tape.gradient(y, x)

    def check(function: Any, x: Any) -> bool:
        by_rule, by_differences = tf.test.compute_gradient(function, [x], delta=1e-4)
        return bool(np.allclose(by_rule, by_differences))

    x = tf.constant(POINTS)
    with tf.GradientTape() as outer:
        outer.watch(x)
        slope = slope_of(x)
    curvature = outer.gradient(slope, x)

    raw = tf.constant([1.2, 2.7], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(raw)
        rounded = round_straight_through(raw)
    passed = tape.gradient(rounded, raw)
    return {
        "value": cube_root(x).numpy().tolist(),
        "gradient": slope.numpy().tolist(),
        "gradient_closed_form": (1 / (3 * ROOTS**2)).tolist(),
        "second_derivative": curvature.numpy().tolist(),
        "second_derivative_closed_form": (-2 / (9 * ROOTS**5)).tolist(),
        "check_passes": check(cube_root, x),
        "check_of_second_derivative_passes": check(slope_of, x),
        "straight_through": {"value": rounded.numpy().tolist(), "gradient": passed.numpy().tolist()},
        "straight_through_check_passes": check(round_straight_through, raw),
        "straight_through_check_error": None,
    }
