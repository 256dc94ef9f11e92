"""Which tensors and operations have a gradient, and what happens where there is none.

Both differentiate whatever is made of differentiable operations, a determinant or a complex number as well as a
layer. What differs is the answer where nothing flows: PyTorch raises an error or gives zeros, TensorFlow gives None
(look at `integer`, `argmax` and `round`). In PyTorch the gradient of an intermediate tensor is kept only on request.
For a complex input both return the conjugate of the textbook derivative, the direction of steepest ascent. The
determinant of a matrix without an inverse is still a polynomial of its entries, so its gradient exists; compare what
comes back with `closed_form`, once from an ordinary backward pass and once from one that can be differentiated again.
"""

from __future__ import annotations

from logging.handlers import BufferingHandler
from typing import Any

from probes.kit.observing import Observation, raised, warned

TITLE = "Which tensors have a gradient"
SUBJECT = "gradients"

REGULAR = [[2.0, 1.0], [1.0, 3.0]]
SINGULAR = [[1.0, 2.0], [2.0, 4.0]]


def adjugate(matrix: list[list[float]]) -> list[list[float]]:
    """The gradient of the determinant of [[a, b], [c, d]], which is ad - bc."""
    (a, b), (c, d) = matrix
    return [[d, -c], [-b, a]]


def pytorch() -> Observation:
    """Set requires_grad on an input, compute, call backward() and read grad."""
    import torch

    def gradient(function: Any, value: Any, again: bool = False) -> Any:
        x = torch.tensor(value, requires_grad=True)
        (slope,) = torch.autograd.grad(function(x), x, create_graph=again)
        return as_json(slope.tolist())

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    middle = 3 * x
    (middle**2).sum().backward()
    unasked: list[Any] = []
    warning = warned(lambda: unasked.append(middle.grad))
    kept = 3 * x
    kept.retain_grad()
    (kept**2).sum().backward()

    return {
        "float": gradient(lambda x: (x**2).sum(), [1.0, 2.0]),
        "integer": raised(lambda: gradient(lambda x: (x**2).sum(), [1, 2])),
        "integer_is_logged": [],
        "complex_squared_size": gradient(lambda z: z.abs() ** 2, 1 + 2j),
        "complex_real_part_of_square": gradient(lambda z: (z**2).real, 1 + 2j),
        "complex_result": raised(lambda: gradient(lambda z: z**2, 1 + 2j)),
        "intermediate_tensor": {"unasked": unasked[0], "warning": warning, "asked": kept.grad.tolist()},
        "not_marked": raised(lambda: (torch.tensor([1.0, 2.0]) ** 2).sum().backward()),
        "not_used": raised(lambda: torch.autograd.grad((2 * x).sum(), torch.tensor(1.0, requires_grad=True))),
        "argmax": raised(lambda: gradient(torch.argmax, [1.0, 2.0])),
        "round": gradient(lambda x: torch.round(x).sum(), [1.2, 2.7]),
        "determinant": {"closed_form": adjugate(REGULAR), "gradient": gradient(torch.linalg.det, REGULAR)},
        "determinant_without_inverse": {
            "closed_form": adjugate(SINGULAR),
            "gradient": gradient(torch.linalg.det, SINGULAR),
            "differentiable_gradient": gradient(torch.linalg.det, SINGULAR, again=True),
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
        return None if slope is None else as_json(slope.numpy().tolist())

    log = BufferingHandler(capacity=100)
    tf.get_logger().addHandler(log)
    integer = gradient(lambda x: tf.reduce_sum(x**2), [1, 2])
    tf.get_logger().removeHandler(log)

    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        middle = 3 * x
        y = tf.reduce_sum(middle**2)
    asked = tape.gradient(y, middle)
    constant = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        unwatched = tf.reduce_sum(constant**2)
        used = tf.reduce_sum(2 * x)

    return {
        "float": gradient(lambda x: tf.reduce_sum(x**2), [1.0, 2.0]),
        "integer": integer,
        "integer_is_logged": [record.getMessage() for record in log.buffer],
        "complex_squared_size": gradient(lambda z: tf.abs(z) ** 2, 1 + 2j),
        "complex_real_part_of_square": gradient(lambda z: tf.math.real(z**2), 1 + 2j),
        "complex_result": gradient(lambda z: z**2, 1 + 2j),
        "intermediate_tensor": {"unasked": None, "warning": [], "asked": asked.numpy().tolist()},
        "not_marked": tape.gradient(unwatched, constant),
        "not_used": tape.gradient(used, tf.Variable(1.0)),
        "argmax": gradient(tf.argmax, [1.0, 2.0]),
        "round": gradient(lambda x: tf.reduce_sum(tf.round(x)), [1.2, 2.7]),
        "determinant": {"closed_form": adjugate(REGULAR), "gradient": gradient(tf.linalg.det, REGULAR)},
        "determinant_without_inverse": {
            "closed_form": adjugate(SINGULAR),
            "gradient": raised(lambda: gradient(tf.linalg.det, SINGULAR)),
            "differentiable_gradient": raised(lambda: gradient(tf.linalg.det, SINGULAR, again=True)),
        },
    }


def as_json(value: Any) -> Any:
    """A complex number as its real and imaginary part; anything else as it is."""
    return [value.real, value.imag] if isinstance(value, complex) else value
