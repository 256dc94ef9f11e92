"""A Hessian times a vector, without ever forming the Hessian.

Second derivatives are for curvature, implicit layers and Newton-like solvers. Of f(x) = log sum exp(A x) the Hessian is
known in closed form, against which both are checked. "forward over reverse" differentiates the gradient along the
vector in forward mode, which costs little more than the gradient itself; "reverse over reverse" records the gradient
and goes back through it once more, the way that works where an operation lacks a forward rule.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "Hessian times vector"
SUBJECT = "gradients"
VARIANTS = ("forward over reverse", "reverse over reverse")
TRAINS = True
M, N = 256, 128


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """The matrix A of M x N, the place x, and the vector v."""
    return {
        "a": rng.standard_normal((M, N), dtype=np.float32) / np.float32(N**0.5),
        "x": rng.standard_normal(N, dtype=np.float32),
        "v": rng.standard_normal(N, dtype=np.float32),
    }


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    """The Hessian is A' (diag(p) - p p') A, where p is the softmax of A x."""
    powers = np.exp(data["a"] @ data["x"])
    p, along = powers / powers.sum(), data["a"] @ data["v"]
    return data["a"].T @ (p * along - p * (p @ along))


def pytorch(run: Setting) -> Function:
    import torch

    def forward_over_reverse(a: Any, x: Any, v: Any) -> Any:
        def function(x: Any) -> Any:
            return torch.logsumexp(torch.mv(a, x), dim=0)

        return torch.func.jvp(torch.func.grad(function), (x,), (v,))[1]

    def reverse_over_reverse(a: Any, x: Any, v: Any) -> Any:
        x = x.detach().requires_grad_()
        result = torch.logsumexp(torch.mv(a, x), dim=0)
        (gradient,) = torch.autograd.grad(result, x, create_graph=True)
        return torch.autograd.grad(gradient, x, v)[0]

    return run.traced(forward_over_reverse if run.variant == VARIANTS[0] else reverse_over_reverse)


def tensorflow(run: Setting) -> Function:
    import tensorflow as tf

    def forward_over_reverse(a: Any, x: Any, v: Any) -> Any:
        with tf.autodiff.ForwardAccumulator(x, v) as forward:
            with tf.GradientTape() as tape:
                tape.watch(x)
                result = tf.reduce_logsumexp(tf.linalg.matvec(a, x))
            gradient = tape.gradient(result, x)
        return forward.jvp(gradient)

    def reverse_over_reverse(a: Any, x: Any, v: Any) -> Any:
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                result = tf.reduce_logsumexp(tf.linalg.matvec(a, x))
            gradient = tape.gradient(result, x)
        return outer.gradient(gradient, x, output_gradients=v)

    return run.traced(forward_over_reverse if run.variant == VARIANTS[0] else reverse_over_reverse)
