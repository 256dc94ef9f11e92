"""Which tensors and operations have a gradient, and what happens where there is none.

Both differentiate whatever is made of differentiable operations: a determinant, a complex number, a Python loop. What
differs is the answer where nothing flows: PyTorch raises an error or gives zeros, TensorFlow gives None (look at
`integer`, `argmax` and `round`). In PyTorch the gradient of an intermediate tensor is kept only on request, even if it
is marked. For a complex input both return the conjugate of the textbook derivative, the direction of steepest ascent.
The determinant of a matrix without an inverse is still a polynomial of its entries, so its gradient exists; compare
what comes back with `closed_form`, once from an ordinary backward pass and once from one that can be differentiated.
"""

from __future__ import annotations

from logging.handlers import BufferingHandler
from typing import Any

import numpy as np

from probes.kit.observing import Observation, warned

TITLE = "Which tensors have a gradient"
SUBJECT = "gradients"

REGULAR = [[2.0, 1.0], [1.0, 3.0]]
SINGULAR = [[1.0, 2.0], [2.0, 4.0]]


def adjugate(matrix: list[list[float]]) -> list[list[float]]:
    """The gradient of the determinant of [[a, b], [c, d]], which is ad - bc."""
    (a, b), (c, d) = matrix
    return [[d, -c], [-b, a]]


def fifth_power(x: Any) -> Any:
    """x⁵ for x = 2, by a loop that looks at the values."""
    y = x
    while y < 20:
        y = y * x
    return y


def readable(gradient: Any) -> Any:
    """A gradient to five decimals, a complex number as its real and imaginary part."""
    array = np.asarray(gradient)
    value = np.round(array.astype(np.result_type(array, np.float64)), 5).tolist()
    return [value.real, value.imag] if isinstance(value, complex) else value


def pytorch() -> Observation:
    """Set requires_grad on an input, compute, call backward() and read grad."""
    import torch

    def gradient(function: Any, value: Any, again: bool = False) -> Any:
        x = torch.tensor(value, requires_grad=True)
        function(x).backward(create_graph=again)
        return readable(x.grad.detach())

    def intermediate() -> Observation:
        x, read = torch.tensor([1.0, 2.0], requires_grad=True), []
        middle, kept = (3 * x).requires_grad_(True), 3 * x
        kept.retain_grad()
        ((middle**2).sum() + (kept**2).sum()).backward()
        warning = warned(lambda: read.append(middle.grad))
        return {"marked": middle.requires_grad, "unasked": read[0], "warning": warning, "asked": kept.grad.tolist()}

    return {
        "float": lambda: gradient(lambda x: (x**2).sum(), [1.0, 2.0]),
        "integer": lambda: gradient(lambda x: (x**2).sum(), [1, 2]),
        "integer_is_logged": [],
        "complex_squared_size": lambda: gradient(lambda z: z.abs() ** 2, 1 + 2j),
        "complex_real_part_of_square": lambda: gradient(lambda z: (z**2).real, 1 + 2j),
        "complex_result": lambda: gradient(lambda z: z**2, 1 + 2j),
        "intermediate_tensor": intermediate,
        "not_marked": lambda: (torch.tensor([1.0, 2.0]) ** 2).sum().backward(),
        "not_used": lambda: torch.autograd.grad(*(torch.tensor(1.0, requires_grad=True) for _ in range(2))),
        "argmax": lambda: gradient(torch.argmax, [1.0, 2.0]),
        "round": lambda: gradient(lambda x: torch.round(x).sum(), [1.2, 2.7]),
        "python_loop": lambda: {"closed_form": 5 * 2.0**4, "gradient": gradient(fifth_power, 2.0)},
        "determinant": {
            "closed_form": adjugate(REGULAR),
            "gradient": lambda: gradient(torch.linalg.det, REGULAR),
        },
        "determinant_without_inverse": {
            "closed_form": adjugate(SINGULAR),
            "gradient": lambda: gradient(torch.linalg.det, SINGULAR),
            "differentiable_gradient": lambda: gradient(torch.linalg.det, SINGULAR, again=True),
        },
    }


def tensorflow() -> Observation:
    """Watch an input on a tape, compute, and ask the tape; None is an answer of the tape."""
    import tensorflow as tf

    def gradient(function: Any, value: Any, again: bool = False) -> Any:
        x = tf.constant(value)
        with tf.GradientTape(persistent=again) as tape:
            tape.watch(x)
            y = function(x)
        slope = tape.gradient(y, x)
        return None if slope is None else readable(slope)

    def logged() -> list[str]:
        log = BufferingHandler(capacity=100)
        tf.get_logger().addHandler(log)
        gradient(tf.reduce_sum, [1, 2])
        tf.get_logger().removeHandler(log)
        return [record.getMessage() for record in log.buffer]

    def intermediate() -> Observation:
        x = tf.Variable([1.0, 2.0])
        with tf.GradientTape() as tape:
            middle = 3 * x
            y = tf.reduce_sum(middle**2)
        return {"marked": None, "unasked": None, "warning": [], "asked": tape.gradient(y, middle).numpy().tolist()}

    def unconnected(x: Any, other: Any) -> Any:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(x**2)
        return tape.gradient(y, other)

    constant = tf.constant([1.0, 2.0])
    return {
        "float": lambda: gradient(lambda x: tf.reduce_sum(x**2), [1.0, 2.0]),
        "integer": lambda: gradient(lambda x: tf.reduce_sum(x**2), [1, 2]),
        "integer_is_logged": logged,
        "complex_squared_size": lambda: gradient(lambda z: tf.abs(z) ** 2, 1 + 2j),
        "complex_real_part_of_square": lambda: gradient(lambda z: tf.math.real(z**2), 1 + 2j),
        "complex_result": lambda: gradient(lambda z: z**2, 1 + 2j),
        "intermediate_tensor": intermediate,
        "not_marked": lambda: unconnected(constant, constant),
        "not_used": lambda: unconnected(tf.Variable(1.0), tf.Variable(1.0)),
        "argmax": lambda: gradient(tf.argmax, [1.0, 2.0]),
        "round": lambda: gradient(lambda x: tf.reduce_sum(tf.round(x)), [1.2, 2.7]),
        "python_loop": lambda: {"closed_form": 5 * 2.0**4, "gradient": gradient(fifth_power, 2.0)},
        "determinant": {
            "closed_form": adjugate(REGULAR),
            "gradient": lambda: gradient(tf.linalg.det, REGULAR),
        },
        "determinant_without_inverse": {
            "closed_form": adjugate(SINGULAR),
            "gradient": lambda: gradient(tf.linalg.det, SINGULAR),
            "differentiable_gradient": lambda: gradient(tf.linalg.det, SINGULAR, again=True),
        },
    }
