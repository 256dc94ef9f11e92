"""Forward and reverse mode, and how many passes a Jacobian takes in each.

Reverse mode gives one row of the Jacobian a pass, forward mode one column. A function with many inputs and few
outputs, such as the loss of a network, is therefore cheap in reverse mode, and one with few inputs and many outputs
in forward mode. The passes are counted here, not timed: look at `passes` and `function_evaluations` for each shape.
Both frameworks have both modes; PyTorch also has ready functions for whole Jacobians in either mode, where
TensorFlow has one for reverse mode and composes the other. All four Jacobians are compared with the closed form.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Forward and reverse mode"
SUBJECT = "gradients"

SHAPES = {
    "outputs_8_inputs_1500": (8, 1500),
    "outputs_1500_inputs_8": (1500, 8),
    "outputs_1_inputs_100": (1, 100),
}


def problem(outputs: int, inputs: int) -> tuple[Any, Any, Any]:
    """A matrix and a point for y = tanh(matrix · x), and the Jacobian there, (1 - y²) · matrix."""
    generator = np.random.default_rng(0)
    matrix = generator.normal(size=(outputs, inputs)) / inputs**0.5
    point = generator.normal(size=inputs)
    return matrix, point, (1 - np.tanh(matrix @ point) ** 2)[:, None] * matrix


def far(found: Any, exact: Any) -> float:
    """The largest difference of two matrices."""
    return float(np.abs(np.asarray(found) - exact).max())


def pytorch() -> Observation:
    """torch.func: vjp and jvp pass by pass, then jacrev and jacfwd."""
    import torch

    def shape(outputs: int, inputs: int) -> Observation:
        matrix, point, exact = problem(outputs, inputs)
        weight, x = torch.from_numpy(matrix), torch.from_numpy(point)
        evaluations = 0

        def function(x: Any) -> Any:
            return torch.tanh(weight @ x)

        def counted(x: Any) -> Any:
            nonlocal evaluations
            evaluations += 1
            return function(x)

        _, pull_back = torch.func.vjp(counted, x)
        rows = [pull_back(direction)[0] for direction in torch.eye(outputs, dtype=x.dtype)]
        in_reverse, evaluations = evaluations, 0

        columns = [torch.func.jvp(counted, (x,), (direction,))[1] for direction in torch.eye(inputs, dtype=x.dtype)]
        forward = evaluations

        return {
            "reverse": {"passes": len(rows), "function_evaluations": in_reverse, "off_by": far(rows, exact)},
            "forward": {"passes": len(columns), "function_evaluations": forward, "off_by": far(columns, exact.T)},
            "vectorised_reverse_off_by": far(torch.func.jacrev(function)(x), exact),
            "vectorised_forward_off_by": far(torch.func.jacfwd(function)(x), exact),
        }

    return {name: shape(*sizes) for name, sizes in SHAPES.items()}


def tensorflow() -> Observation:
    """tf.GradientTape and tf.autodiff.ForwardAccumulator pass by pass, then vectorised over the directions."""
    import tensorflow as tf

    def shape(outputs: int, inputs: int) -> Observation:
        matrix, point, exact = problem(outputs, inputs)
        weight, x = tf.constant(matrix), tf.constant(point)
        evaluations = tf.Variable(0)

        def function(x: Any) -> Any:
            return tf.tanh(tf.linalg.matvec(weight, x))

        def counted(x: Any) -> Any:
            evaluations.assign_add(1)
            return function(x)

        @tf.function
        def jvp(direction: Any, function: Any = counted) -> Any:
            with tf.autodiff.ForwardAccumulator(x, direction) as accumulator:
                y = function(x)
            return accumulator.jvp(y)

        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = counted(x)
        rows = [tape.gradient(y, x, direction) for direction in tf.eye(outputs, dtype=x.dtype)]
        in_reverse = int(evaluations)
        evaluations.assign(0)

        columns = [jvp(direction) for direction in tf.eye(inputs, dtype=x.dtype)]
        forward = int(evaluations)
        at_once = tf.vectorized_map(lambda direction: jvp(direction, function), tf.eye(inputs, dtype=x.dtype))

        return {
            "reverse": {"passes": len(rows), "function_evaluations": in_reverse, "off_by": far(rows, exact)},
            "forward": {"passes": len(columns), "function_evaluations": forward, "off_by": far(columns, exact.T)},
            "vectorised_reverse_off_by": far(tape.jacobian(y, x), exact),
            "vectorised_forward_off_by": far(at_once, exact.T),
        }

    return {name: shape(*sizes) for name, sizes in SHAPES.items()}
