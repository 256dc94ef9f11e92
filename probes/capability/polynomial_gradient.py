"""The derivative of a polynomial, against its closed form.

The derivative of 3x² - 5x is 6x - 5, and its second derivative is 6. PyTorch stores a gradient on the input, in
`grad`, and adds to what is there; TensorFlow's tape returns a gradient and stores nothing. Both free the record of a
computation after one use unless told to keep it. The last two entries are about a slip that is easily made: a
function of two inputs, 3a² - 5b, has the gradient [6a, -5], which is not the derivative of the polynomial above; and
before backward() is called there is no gradient to read.
"""

from __future__ import annotations

from typing import Any

from probes.kit.observing import Observation, raised

TITLE = "The derivative of 3x² - 5x"
SUBJECT = "gradients"

POINTS = [-2.0, 0.0, 0.5, 1.0, 3.0]


def polynomial(x: Any) -> Any:
    return 3 * x**2 - 5 * x


def two_inputs(x: Any) -> Any:
    return 3 * x[0] ** 2 - 5 * x[1]


def pytorch() -> Observation:
    """Call backward() and read grad; use torch.autograd.grad for the second derivative."""
    import torch

    x = torch.tensor(POINTS, requires_grad=True)
    y = polynomial(x).sum()
    before = x.grad
    y.backward()
    first = x.grad.tolist()
    again = raised(y.backward)

    polynomial(x).sum().backward()
    after_second_pass = x.grad.tolist()
    x.grad = None

    y = polynomial(x).sum()
    kept = [torch.autograd.grad(y, x, retain_graph=True)[0].tolist() for _ in range(2)]

    (slope,) = torch.autograd.grad(polynomial(x).sum(), x, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), x)

    pair = torch.tensor([2.0, 3.0], requires_grad=True)
    two_inputs(pair).backward()
    return {
        "points": POINTS,
        "closed_form": [6 * point - 5 for point in POINTS],
        "gradient": first,
        "second_derivative": curvature.tolist(),
        "second_use_of_one_record": again,
        "two_uses_of_a_kept_record": kept,
        "after_a_second_pass_without_clearing": after_second_pass,
        "before_asking": before,
        "two_inputs_at_2_and_3": pair.grad.tolist(),
    }


def tensorflow() -> Observation:
    """Record on a tf.GradientTape and ask it for the gradient; nest two tapes for the second derivative."""
    import tensorflow as tf

    x = tf.Variable(POINTS)
    with tf.GradientTape() as tape:
        y = polynomial(x)
    first = tape.gradient(y, x)
    again = raised(lambda: tape.gradient(y, x))

    with tf.GradientTape() as tape:
        y = polynomial(x)
    after_second_pass = tape.gradient(y, x)

    with tf.GradientTape(persistent=True) as tape:
        y = polynomial(x)
    kept = [tape.gradient(y, x).numpy().tolist() for _ in range(2)]

    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = polynomial(x)
        slope = inner.gradient(y, x)
    curvature = outer.gradient(slope, x)

    pair = tf.Variable([2.0, 3.0])
    with tf.GradientTape() as tape:
        y = two_inputs(pair)
    return {
        "points": POINTS,
        "closed_form": [6 * point - 5 for point in POINTS],
        "gradient": first.numpy().tolist(),
        "second_derivative": curvature.numpy().tolist(),
        "second_use_of_one_record": again,
        "two_uses_of_a_kept_record": kept,
        "after_a_second_pass_without_clearing": after_second_pass.numpy().tolist(),
        "before_asking": None,
        "two_inputs_at_2_and_3": tf.convert_to_tensor(tape.gradient(y, pair)).numpy().tolist(),
    }
