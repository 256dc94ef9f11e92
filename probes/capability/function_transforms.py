"""Derivatives as functions of functions: Jacobians of Jacobians, and gradients mapped over a batch.

PyTorch's torch.func takes a function and returns another one (grad, jacfwd, jacrev, vmap), and these can be put inside
one another. TensorFlow records what runs inside a tape: a second derivative is a tape in a tape, and a batch is mapped
by tf.vectorized_map. Every value is compared with its closed form, for f(x) = x0³ + x1³ + x2³ + x0·x1 and for the
squared error of a line. `transforms` is a search: everything public in some modules whose first argument is a function
is given f, and where a function comes back, its value is compared with the gradient and the Hessian of f.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised, warned

TITLE = "Transforming functions"
SUBJECT = "gradients"

X = np.array([1.0, 2.0, -0.5])
GRADIENT = 3 * X**2 + np.array([X[1], X[0], 0])
HESSIAN = np.diag(6 * X) + np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]])

ROWS = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0], [-2.0, 1.0]])
LABELS = np.array([1.0, 0.0, 2.0, -1.0])
WEIGHT = np.array([[0.3, -0.2]])
PER_SAMPLE = 2 * (ROWS @ WEIGHT.T - LABELS[:, None]) * ROWS

FUNCTIONS = {"f", "fn", "func", "function"}


def compare(found: Any, exact: Any) -> Observation:
    """The value found, rounded for reading, and its largest difference from the closed form."""
    return {"value": np.round(found, 6).tolist(), "off_by": float(np.abs(np.asarray(found) - exact).max())}


def takes_a_function(one: Any) -> bool:
    """Whether its first argument is called as functions are."""
    try:
        return next(iter(inspect.signature(one).parameters), None) in FUNCTIONS
    except (TypeError, ValueError):
        return False


def search(modules: Mapping[str, Any], f: Any, x: Any) -> Observation:
    """Which public names of the modules turn f into its gradient or its Hessian."""
    names = {
        f"{module}.{name}": getattr(place, name)
        for module, place in modules.items()
        for name in dir(place)
        if not name.startswith("_") and takes_a_function(getattr(place, name))
    }
    found: list[str] = []

    def try_out(name: str) -> None:
        value = np.asarray(names[name](f)(x))
        if any(value.shape == exact.shape and np.allclose(value, exact) for exact in (GRADIENT, HESSIAN)):
            found.append(name)

    for name in names:
        raised(lambda name=name: try_out(name))  # type: ignore[misc]
    return {"take_a_function": sorted(names), "searched": len(names), "found": found, "count": len(found)}


def pytorch() -> Observation:
    """Functions of functions from torch.func."""
    import torch

    x, rows, labels, weight = map(torch.from_numpy, (X, ROWS, LABELS, WEIGHT))

    def f(x: Any) -> Any:
        return (x**3).sum() + x[0] * x[1]

    def per_sample() -> Observation:
        line = torch.nn.Linear(2, 1, bias=False)

        def loss(weights: Any, row: Any, label: Any) -> Any:
            return (torch.func.functional_call(line, weights, row)[0] - label) ** 2

        gradients = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))({"weight": weight}, rows, labels)
        return compare(gradients["weight"][:, 0], PER_SAMPLE)

    def moved_from_functorch() -> list[str]:
        functorch: Any = importlib.import_module("functorch")
        return [warning["message"] for warning in warned(lambda: functorch.grad(f)(x))]

    def elsewhere() -> Observation:
        autograd = torch.autograd
        return search({"torch": torch, "autograd": autograd, "autograd.functional": autograd.functional}, f, x)

    return {
        "gradient": lambda: compare(torch.func.grad(f)(x), GRADIENT),
        "jacobian_of_jacobian": lambda: compare(torch.func.jacfwd(torch.func.jacrev(f))(x), HESSIAN),
        "per_sample_gradients_of_a_model": per_sample,
        "hessians_of_a_batch": lambda: compare(
            torch.func.vmap(torch.func.hessian(f))(torch.stack([x, x])), np.stack([HESSIAN, HESSIAN])
        ),
        "transforms": lambda: search({"torch.func": torch.func}, f, x),
        "transforms_elsewhere": elsewhere,
        "moved_from_functorch": moved_from_functorch,
        "names": lambda: sorted(name for name in dir(torch.func) if not name.startswith("_")),
    }


def tensorflow() -> Observation:
    """Tapes inside functions and inside one another, mapped over a batch by tf.vectorized_map."""
    import tensorflow as tf

    x, rows, labels, weight = map(tf.constant, (X, ROWS, LABELS, WEIGHT))

    def f(x: Any) -> Any:
        return tf.reduce_sum(x**3) + x[0] * x[1]

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

    def per_sample() -> Observation:
        line = tf.keras.layers.Dense(1, use_bias=False, dtype="float64")
        line.build((None, 2))

        def sample_gradient(row_and_label: Any) -> Any:
            row, label = row_and_label

            def loss(kernel: Any) -> Any:
                return (line.stateless_call([kernel], [], row[None])[0][0, 0] - label) ** 2

            return grad(loss, tf.transpose(weight))[:, 0]

        return compare(tf.vectorized_map(sample_gradient, (rows, labels)), PER_SAMPLE)

    def transforms() -> Observation:
        return search({"tf": tf, "autodiff": tf.autodiff, "math": tf.math, "test": tf.test}, f, x)

    return {
        "gradient": lambda: compare(grad(f, x), GRADIENT),
        "jacobian_of_jacobian": lambda: compare(hessian(x), HESSIAN),
        "per_sample_gradients_of_a_model": per_sample,
        "hessians_of_a_batch": lambda: compare(
            tf.vectorized_map(hessian, tf.stack([x, x])), np.stack([HESSIAN, HESSIAN])
        ),
        "transforms": transforms,
        "transforms_elsewhere": None,
        "moved_from_functorch": None,
        "names": lambda: sorted(name for name in dir(tf.autodiff) if not name.startswith("_")),
    }
