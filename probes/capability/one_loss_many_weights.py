"""One loss and many weights: what the usual call costs, and what forward mode would cost.

The loss of a small network is one value of more than a thousand weights. The usual call, backward() or a tape's
gradient(), goes back through the network once and gives the derivative by every weight; forward mode takes a pass for
each. Look at `forward_time_of_usual_call`, the time of all derivatives in forward mode, all directions at once, as a
multiple of the usual call's (the best of several turns each, on one thread). `outputs_by_scale` turns it round: one
number scales all the weights, and each output of the network is differentiated by it, in both modes. Every result is
compared with derivatives written out in NumPy: `off_by` is the largest difference.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "One loss, many weights"
SUBJECT = "gradients"

ROWS, INPUTS, HIDDEN, TURNS = 200, 40, 32, 3
SHAPES = [(INPUTS, HIDDEN), (HIDDEN, 1)]
SIZES = [INPUTS * HIDDEN, HIDDEN]


def problem() -> tuple[Any, Any, Any]:
    """Rows of numbers, a target for each, and the weights of two layers in a row."""
    generator = np.random.default_rng(0)
    rows, targets = generator.normal(size=(ROWS, INPUTS)), generator.normal(size=(ROWS, 1))
    return rows, targets, np.concatenate([generator.normal(size=size) / size**0.5 for size in SIZES])


def by_hand() -> tuple[Any, Any]:
    """The derivatives of the loss by the weights, and of the outputs by a number that scales all weights."""
    rows, targets, weights = problem()
    first, second = weights[: SIZES[0]].reshape(SHAPES[0]), weights[SIZES[0] :].reshape(SHAPES[1])
    hidden = np.tanh(rows @ first)
    upstream = 2 * (hidden @ second - targets) / ROWS
    by_first = rows.T @ (upstream @ second.T * (1 - hidden**2))
    by_scale = ((1 - hidden**2) * (rows @ first)) @ second + hidden @ second
    return np.concatenate([by_first.ravel(), (hidden.T @ upstream).ravel()]), by_scale.ravel()


def off(found: Any, exact: Any) -> float:
    """The largest difference."""
    return float(np.abs(np.ravel(found) - exact).max())


def times(forward: Callable[[], Any], other: Callable[[], Any]) -> float:
    """The time of forward mode as a multiple of the other way's."""
    seconds: dict[Callable[[], Any], list[float]] = {forward: [], other: []}
    for _ in range(TURNS):
        for way in seconds:
            started = time.perf_counter()
            np.ravel(way())
            seconds[way].append(time.perf_counter() - started)
    return float(f"{min(seconds[forward]) / min(seconds[other]):.2g}")


def pytorch() -> Observation:
    """backward() against torch.func.jacfwd, and jacfwd against jacrev."""
    import torch

    torch.set_num_threads(1)
    rows, targets, weights = map(torch.from_numpy, problem())
    one = torch.ones(1, dtype=weights.dtype)
    by_weights, by_scale = by_hand()

    def network(weights: Any) -> Any:
        first, second = weights.split(SIZES)
        return torch.tanh(rows @ first.view(SHAPES[0])) @ second.view(SHAPES[1])

    def loss(weights: Any) -> Any:
        return torch.nn.functional.mse_loss(network(weights), targets)

    def scaled(scale: Any) -> Any:
        return network(scale * weights)

    def usual_call() -> Any:
        trained = weights.clone().requires_grad_()
        loss(trained).backward()
        return trained.grad

    def in_forward(function: Any, at: Any) -> Any:
        return torch.func.jacfwd(function)(at)

    return {
        "weights": weights.numel(),
        "loss_by_weights": {
            "loss_values": lambda: loss(weights).numel(),
            "usual_call_off_by": lambda: off(usual_call(), by_weights),
            "forward_off_by": lambda: off(in_forward(loss, weights), by_weights),
            "forward_time_of_usual_call": lambda: times(lambda: in_forward(loss, weights), usual_call),
        },
        "outputs_by_scale": {
            "outputs": lambda: scaled(one).numel(),
            "reverse_off_by": lambda: off(torch.func.jacrev(scaled)(one), by_scale),
            "forward_off_by": lambda: off(in_forward(scaled, one), by_scale),
            "forward_time_of_reverse": lambda: times(
                lambda: in_forward(scaled, one), lambda: torch.func.jacrev(scaled)(one)
            ),
        },
    }


def tensorflow() -> Observation:
    """tape.gradient against tf.autodiff.ForwardAccumulator, and that against tape.jacobian."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    rows, targets, weights = map(tf.constant, problem())
    one = tf.ones(1, weights.dtype)
    by_weights, by_scale = by_hand()

    def network(weights: Any) -> Any:
        first, second = tf.split(weights, SIZES)
        return tf.tanh(rows @ tf.reshape(first, SHAPES[0])) @ tf.reshape(second, SHAPES[1])

    def loss(weights: Any) -> Any:
        return tf.reduce_mean((network(weights) - targets) ** 2)

    def scaled(scale: Any) -> Any:
        return network(scale * weights)

    @tf.function
    def usual_call() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(weights)
            y = loss(weights)
        return tape.gradient(y, weights)

    @tf.function
    def in_forward(function: Any, at: Any) -> Any:
        def one_pass(direction: Any) -> Any:
            with tf.autodiff.ForwardAccumulator(at, direction) as accumulator:
                y = function(at)
            return accumulator.jvp(y)

        return tf.transpose(tf.vectorized_map(one_pass, tf.eye(len(at), dtype=at.dtype)))

    @tf.function
    def in_reverse() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(one)
            y = scaled(one)
        return tape.jacobian(y, one)

    return {
        "weights": int(tf.size(weights)),
        "loss_by_weights": {
            "loss_values": lambda: int(tf.size(loss(weights))),
            "usual_call_off_by": lambda: off(usual_call(), by_weights),
            "forward_off_by": lambda: off(in_forward(loss, weights), by_weights),
            "forward_time_of_usual_call": lambda: times(lambda: in_forward(loss, weights), usual_call),
        },
        "outputs_by_scale": {
            "outputs": lambda: int(tf.size(scaled(one))),
            "reverse_off_by": lambda: off(in_reverse(), by_scale),
            "forward_off_by": lambda: off(in_forward(scaled, one), by_scale),
            "forward_time_of_reverse": lambda: times(lambda: in_forward(scaled, one), in_reverse),
        },
    }
