"""The derivative of a polynomial, against its closed form.

The derivative of 3x² - 5x is 6x - 5, and its second derivative is 6. PyTorch stores a gradient on the input, in
`grad`, and adds to what is there; TensorFlow's tape returns a gradient and stores nothing. Both free the record of a
computation after one use unless told to keep it. `two_inputs` is about a slip that is easily made: 3a² - 5b, a
function of two inputs, has the gradient [6a, -5], which is not the derivative of the polynomial at a and at b; and
before backward() is called there is no gradient to read.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "The derivative of 3x² - 5x"
SUBJECT = "gradients"

POINTS = [-2.0, 0.0, 0.5, 1.0, 2.0, 3.0]
SLOPES = [6 * point - 5 for point in POINTS]
PAIR = [2.0, 3.0]


def polynomial(x: Any) -> Any:
    return 3 * x**2 - 5 * x


def two_inputs(x: Any) -> Any:
    return 3 * x[0] ** 2 - 5 * x[1]


def seen(gradient: Any, closed_form: list[float]) -> Observation:
    """A gradient, its closed form, and their largest difference."""
    found = np.asarray(gradient)
    off_by = float(np.abs(found - closed_form).max())
    return {"found": found.tolist(), "closed_form": closed_form, "off_by": off_by}


def pytorch() -> Observation:
    """Call backward() and read grad; use torch.autograd.grad for the second derivative."""
    import torch

    def gradient(times: int = 1, function: Any = polynomial, at: Any = POINTS) -> Any:
        x = torch.tensor(at, requires_grad=True)
        for _ in range(times):
            function(x).sum().backward()
        return x.grad

    def before_asking() -> Any:
        x = torch.tensor(PAIR, requires_grad=True)
        two_inputs(x)
        return x.grad

    def second_derivative() -> Observation:
        x = torch.tensor(POINTS, requires_grad=True)
        (slope,) = torch.autograd.grad(polynomial(x).sum(), x, create_graph=True)
        return seen(torch.autograd.grad(slope.sum(), x)[0], [6.0] * len(POINTS))

    def used_twice(keep: bool) -> Observation:
        x = torch.tensor(POINTS, requires_grad=True)
        y = polynomial(x).sum()
        torch.autograd.grad(y, x, retain_graph=keep)
        return seen(torch.autograd.grad(y, x)[0], SLOPES)

    return {
        "gradient": lambda: seen(gradient(), SLOPES),
        "second_derivative": second_derivative,
        "second_use_of_a_record": lambda: used_twice(keep=False),
        "second_use_of_a_kept_record": lambda: used_twice(keep=True),
        "after_a_second_pass_without_clearing": lambda: seen(gradient(times=2), SLOPES),
        "two_inputs": {
            "before_asking": before_asking,
            "gradient": lambda: gradient(function=two_inputs, at=PAIR).tolist(),
            "derivative_of_the_polynomial": lambda: gradient(at=PAIR).tolist(),
        },
    }


def tensorflow() -> Observation:
    """Record on a tf.GradientTape and ask it for the gradient; nest two tapes for the second derivative."""
    import tensorflow as tf

    def gradient(times: int = 1, function: Any = polynomial, at: Any = POINTS) -> Any:
        x = tf.Variable(at)
        for _ in range(times):
            with tf.GradientTape() as tape:
                y = function(x)
            found = tape.gradient(y, x)
        return tf.convert_to_tensor(found)

    def second_derivative() -> Observation:
        x = tf.Variable(POINTS)
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                y = polynomial(x)
            slope = inner.gradient(y, x)
        return seen(outer.gradient(slope, x), [6.0] * len(POINTS))

    def used_twice(keep: bool) -> Observation:
        x = tf.Variable(POINTS)
        with tf.GradientTape(persistent=keep) as tape:
            y = polynomial(x)
        tape.gradient(y, x)
        return seen(tape.gradient(y, x), SLOPES)

    return {
        "gradient": lambda: seen(gradient(), SLOPES),
        "second_derivative": second_derivative,
        "second_use_of_a_record": lambda: used_twice(keep=False),
        "second_use_of_a_kept_record": lambda: used_twice(keep=True),
        "after_a_second_pass_without_clearing": lambda: seen(gradient(times=2), SLOPES),
        "two_inputs": {
            "before_asking": None,
            "gradient": lambda: gradient(function=two_inputs, at=PAIR).numpy().tolist(),
            "derivative_of_the_polynomial": lambda: gradient(at=PAIR).numpy().tolist(),
        },
    }
