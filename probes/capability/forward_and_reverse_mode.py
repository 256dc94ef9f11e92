"""Forward and reverse mode: what one pass of each gives, and which is quicker for a whole Jacobian.

A pass in reverse mode gives one row of the Jacobian, in forward mode one column. So a function with many inputs and few
outputs takes few passes in reverse mode, and one with few inputs and many outputs takes few in forward mode. Look at
`passes`, which is how many parts such as one pass gives make up the whole, and at `forward_time_of_reverse`, the time
of the whole Jacobian in forward mode, all directions at once, as a multiple of that in reverse mode (the best of some
turns each, on one thread). `off_by` is the largest difference from the closed form. PyTorch has ready functions for
whole Jacobians in both modes, TensorFlow has one for reverse mode and composes the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Forward and reverse mode"
SUBJECT = "gradients"

SHAPES = {"outputs_8_inputs_1500": (8, 1500), "outputs_1500_inputs_8": (1500, 8)}
HIDDEN, TURNS = 200, 5


def problem(outputs: int, inputs: int) -> tuple[Any, Any, Any]:
    """Two matrices for y = tanh(second · tanh(first · x)), a point, and the Jacobian there."""
    generator = np.random.default_rng(0)
    first = generator.normal(size=(HIDDEN, inputs)) / inputs**0.5
    second = generator.normal(size=(outputs, HIDDEN)) / HIDDEN**0.5
    point = generator.normal(size=inputs)
    hidden = np.tanh(first @ point)
    slopes = 1 - np.tanh(second @ hidden) ** 2, 1 - hidden**2
    return (first, second), point, (slopes[0][:, None] * second) @ (slopes[1][:, None] * first)


def far(found: Any, exact: Any) -> float:
    """The largest difference."""
    return float(np.abs(np.asarray(found) - exact).max())


def mode(one_pass: Any, part: Any, whole: Any, exact: Any) -> Observation:
    """How many passes make up the Jacobian when one gives this part of it, and how far off both are."""
    return {"passes": exact.size // len(one_pass), "pass_off_by": far(one_pass, part), "off_by": far(whole, exact)}


def time_of(forward: Callable[[], Any], reverse: Callable[[], Any]) -> float:
    """The time of the one as a multiple of that of the other."""
    seconds: dict[Callable[[], Any], list[float]] = {forward: [], reverse: []}
    for _ in range(TURNS):
        for way, times in seconds.items():
            started = time.perf_counter()
            np.asarray(way())
            times.append(time.perf_counter() - started)
    return float(f"{min(seconds[forward]) / min(seconds[reverse]):.2g}")


def pytorch() -> Observation:
    """torch.func: vjp and jvp for a pass, jacrev and jacfwd for the whole; and dual numbers."""
    import torch

    torch.set_num_threads(1)

    def shape(outputs: int, inputs: int) -> Observation:
        matrices, point, exact = problem(outputs, inputs)
        first, second, x = map(torch.from_numpy, (*matrices, point))

        def function(x: Any) -> Any:
            return torch.tanh(second @ torch.tanh(first @ x))

        def reverse() -> Observation:
            _, pull_back = torch.func.vjp(function, x)
            (row,) = pull_back(torch.eye(outputs, dtype=x.dtype)[0])
            return mode(row, exact[0], torch.func.jacrev(function)(x), exact)

        def forward() -> Observation:
            _, column = torch.func.jvp(function, (x,), (torch.eye(inputs, dtype=x.dtype)[0],))
            return mode(column, exact[:, 0], torch.func.jacfwd(function)(x), exact)

        def along_x() -> float:
            with torch.autograd.forward_ad.dual_level():
                y = function(torch.autograd.forward_ad.make_dual(x, x))
                return far(torch.autograd.forward_ad.unpack_dual(y).tangent, exact @ point)

        def times() -> float:
            forward, reverse = torch.func.jacfwd(function), torch.func.jacrev(function)
            return time_of(lambda: forward(x), lambda: reverse(x))

        return {
            "reverse": reverse,
            "forward": forward,
            "forward_along_x_off_by": along_x,
            "forward_time_of_reverse": times,
        }

    return {name: shape(*sizes) for name, sizes in SHAPES.items()}


def tensorflow() -> Observation:
    """tf.GradientTape and tf.autodiff.ForwardAccumulator for a pass, and over all directions at once."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)

    def shape(outputs: int, inputs: int) -> Observation:
        matrices, point, exact = problem(outputs, inputs)
        first, second, x = map(tf.constant, (*matrices, point))

        def function(x: Any) -> Any:
            return tf.tanh(tf.linalg.matvec(second, tf.tanh(tf.linalg.matvec(first, x))))

        def jvp(direction: Any) -> Any:
            with tf.autodiff.ForwardAccumulator(x, direction) as accumulator:
                y = function(x)
            return accumulator.jvp(y)

        @tf.function
        def in_forward() -> Any:
            return tf.transpose(tf.vectorized_map(jvp, tf.eye(inputs, dtype=x.dtype)))

        @tf.function
        def in_reverse() -> Any:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = function(x)
            return tape.jacobian(y, x)

        def reverse() -> Observation:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = function(x)
            row = tape.gradient(y, x, tf.eye(outputs, dtype=x.dtype)[0])
            return mode(row, exact[0], in_reverse(), exact)

        def forward() -> Observation:
            column = jvp(tf.eye(inputs, dtype=x.dtype)[0])
            return mode(column, exact[:, 0], in_forward(), exact)

        return {
            "reverse": reverse,
            "forward": forward,
            "forward_along_x_off_by": lambda: far(jvp(x), exact @ point),
            "forward_time_of_reverse": lambda: time_of(in_forward, in_reverse),
        }

    return {name: shape(*sizes) for name, sizes in SHAPES.items()}
