"""From a tensor that needs gradients to an array, and what each call on the way is for.

In PyTorch such a tensor refuses numpy(), and its message names the way out. detach() gives a tensor without gradients
in the same memory, clone() a copy that keeps them, and only both make an array that stands by itself; item() gives one
number, and within no_grad() nothing is recorded. `independent` is whether the array stays as it is when the tensor's
first number becomes 9. In TensorFlow a tensor becomes an array by numpy() alone, recorded or not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "From a tensor with gradients to an array"
SUBJECT = "interchange"


def pytorch() -> Observation:
    """The calls one by one, and chained."""
    import torch

    def tensor() -> Any:
        return torch.from_numpy(np.array([3.0, 4.0])).requires_grad_()

    def way(convert: Callable[[Any], Any]) -> Callable[[], Observation]:
        def observed() -> Observation:
            x = tensor()
            array = convert(x)
            with torch.no_grad():
                x[0] = 9.0
            return {"class": type(array).__name__, "independent": float(array[0]) == 3.0}

        return observed

    def needs_gradients(convert: Callable[[Any], Any]) -> Callable[[], bool]:
        return lambda: bool(convert(tensor()).requires_grad)

    def doubled_in_no_grad(x: Any) -> Any:
        with torch.no_grad():
            return 2 * x

    return {
        "numpy()": way(lambda x: x.numpy()),
        "clone().numpy()": way(lambda x: x.clone().numpy()),
        "detach().numpy()": way(lambda x: x.detach().numpy()),
        "detach().clone().numpy()": way(lambda x: x.detach().clone().numpy()),
        "clone().detach().numpy()": way(lambda x: x.clone().detach().numpy()),
        "needs_gradients": {
            "2 * x": needs_gradients(lambda x: 2 * x),
            "2 * x in no_grad()": needs_gradients(doubled_in_no_grad),
            "clone()": needs_gradients(lambda x: x.clone()),
            "detach()": needs_gradients(lambda x: x.detach()),
        },
        "item()": lambda: type(tensor()[0].item()).__name__,
    }


def tensorflow() -> Observation:
    """numpy() of a variable while a tape records."""
    import tensorflow as tf

    def numpy() -> Observation:
        x = tf.Variable([3.0, 4.0])
        with tf.GradientTape():
            array = (2 * x / 2).numpy()
            x[0].assign(9.0)
        return {"class": type(array).__name__, "independent": float(array[0]) == 3.0}

    return {
        "numpy()": numpy,
        "clone().numpy()": None,
        "detach().numpy()": None,
        "detach().clone().numpy()": None,
        "clone().detach().numpy()": None,
        "needs_gradients": None,
        "item()": lambda: type(tf.Variable([3.0, 4.0])[0].numpy().item()).__name__,
    }
