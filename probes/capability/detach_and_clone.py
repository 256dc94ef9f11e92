"""Copies of a tensor, tensors that leave differentiation, and blocks without it.

The result says for each kind of second tensor whether it stands on the memory of the first, whether a change of the
first shows in it, and whether the gradient passes: that of the sum of x times x is 2x, and that of x times an x which
takes no part is x. The last entries are about a block in which nothing is recorded for the backward pass: look at the
forward-mode derivative, which PyTorch computes there too.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "detach, clone and blocks without gradients"
SUBJECT = "gradients"


def pytorch() -> Observation:
    """Use detach(), clone() and torch.no_grad()."""
    import torch
    import torch.autograd.forward_ad as forward_mode

    def new() -> Any:
        return torch.tensor([3.0, 4.0], requires_grad=True)

    def second(make: Callable[[Any], Any]) -> dict[str, Any]:
        x = new()
        gradient = torch.autograd.grad((x * make(x)).sum(), x)[0]
        y = make(x)
        equal, same_memory = y.equal(x), y.data_ptr() == x.data_ptr()
        x.data[0] = 9.0
        return {
            "equal": equal,
            "same_memory": same_memory,
            "follows_a_change": y[0].item() == 9.0,
            "gradient_of_product": gradient.tolist(),
        }

    def gradient(recorded: bool) -> Any:
        x = new()
        with nullcontext() if recorded else torch.no_grad():
            y = (x**2).sum()
        return torch.autograd.grad(y, x)[0].tolist()

    def forward_derivative() -> Any:
        with torch.no_grad(), forward_mode.dual_level():
            dual = forward_mode.make_dual(torch.tensor(3.0), torch.tensor(1.0))
            tangent = forward_mode.unpack_dual(dual**2).tangent
            return None if tangent is None else tangent.item()

    return {
        "itself": lambda: second(lambda x: x),
        "detach": lambda: second(lambda x: x.detach()),
        "clone": lambda: second(lambda x: x.clone()),
        "recording": {
            "outside the block": lambda: gradient(recorded=True),
            "inside the block": lambda: gradient(recorded=False),
            "forward mode inside the block": forward_derivative,
        },
    }


def tensorflow() -> Observation:
    """Use stop_gradient(), identity() and GradientTape.stop_recording()."""
    import tensorflow as tf

    def new() -> Any:
        return tf.Variable([3.0, 4.0])

    def second(make: Callable[[Any], Any]) -> dict[str, Any]:
        x = new()
        with tf.GradientTape() as tape:
            product = tf.reduce_sum(x * make(x))
        gradient, value = tape.gradient(product, x), tf.constant([3.0, 4.0])
        y = make(x)
        equal = bool(tf.reduce_all(y == x))
        x.assign([9.0, 4.0])
        return {
            "equal": equal,
            "same_memory": np.shares_memory(np.asarray(make(value)), np.asarray(value)),
            "follows_a_change": float(y[0]) == 9.0,
            "gradient_of_product": gradient.numpy().tolist(),
        }

    def gradient(recorded: bool) -> Any:
        x = new()
        with tf.GradientTape() as tape, nullcontext() if recorded else tape.stop_recording():
            y = tf.reduce_sum(x**2)
        slope = tape.gradient(y, x)
        return None if slope is None else slope.numpy().tolist()

    def forward_derivative() -> Any:
        x, tape = tf.constant(3.0), tf.GradientTape()
        with tape, tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator, tape.stop_recording():
            y = x**2
        tangent = accumulator.jvp(y)
        return None if tangent is None else float(tangent)

    return {
        "itself": lambda: second(lambda x: x),
        "detach": lambda: second(tf.stop_gradient),
        "clone": lambda: second(tf.identity),
        "recording": {
            "outside the block": lambda: gradient(recorded=True),
            "inside the block": lambda: gradient(recorded=False),
            "forward mode inside the block": forward_derivative,
        },
    }
