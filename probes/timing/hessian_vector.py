"""A Hessian times a vector, without ever forming the Hessian.

Second derivatives are for curvature, implicit layers and Newton-like solvers. Of f(x) = log sum exp(A x) the Hessian is
known in closed form, against which both are checked. "forward over reverse" differentiates the gradient along the
vector in forward mode, which takes the least arithmetic and memory; "reverse over reverse" records the gradient and
goes back through it once more, the older way, which works where an operation lacks a forward rule. With so little
arithmetic it is the machinery that is timed.
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

    def function(x: Any, a: Any) -> Any:
        return torch.logsumexp(torch.mv(a, x), dim=0)

    def forward_over_reverse(a: Any, x: Any, v: Any) -> Any:
        return torch.func.jvp(lambda x: torch.func.grad(function)(x, a), (x,), (v,))[1]

    def reverse_over_reverse(a: Any, x: Any, v: Any) -> Any:
        x = x.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(function(x, a), x, create_graph=True)
        return torch.autograd.grad(gradient, x, v)[0]

    def reverse_over_reverse_as_transform(a: Any, x: Any, v: Any) -> Any:
        _, back = torch.func.vjp(lambda x: torch.func.grad(function)(x, a), x)
        return back(v)[0]

    if run.variant == "forward over reverse":
        return run.traced(forward_over_reverse)
    if run.mode == "compiled":  # torch.compile supports going back twice only in this form, which is slower eagerly
        return run.traced(reverse_over_reverse_as_transform)
    return reverse_over_reverse


def tensorflow(run: Setting) -> Function:
    import tensorflow as tf

    def function(x: Any, a: Any) -> Any:
        return tf.reduce_logsumexp(tf.linalg.matvec(a, x))

    def forward_over_reverse(a: Any, x: Any, v: Any) -> Any:
        with tf.autodiff.ForwardAccumulator(x, v) as forward:
            with tf.GradientTape() as tape:
                tape.watch(x)
                result = function(x, a)
            gradient = tape.gradient(result, x)
        return forward.jvp(gradient)

    def reverse_over_reverse(a: Any, x: Any, v: Any) -> Any:
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                result = function(x, a)
            gradient = tape.gradient(result, x)
        return outer.gradient(gradient, x, output_gradients=v)

    return run.traced(forward_over_reverse if run.variant == "forward over reverse" else reverse_over_reverse)
