"""Element types: which ones Python's numbers get, and what happens when types meet.

In PyTorch an integer tensor and a float tensor give a float tensor. TensorFlow asks for equal types and raises an error
otherwise; look also at the NumPy value that is cut to an integer, and at what TensorFlow's switch to NumPy's behaviour
changes. `where_numbers_are_wanted` puts tensors of one element where Python wants a number; `plain_numbers` puts
Python's numbers and types where a tensor is computed with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Element types, and types that meet"
SUBJECT = "tensors"

VALUES = {"int": 1, "large int": 2**40, "float": 1.5, "bool": True, "complex": 1j}


def outcome(tensor: Any) -> dict[str, Any]:
    """The element type and the values of a tensor."""
    array = tensor.numpy()
    return {"dtype": str(array.dtype), "values": str(array.tolist())}


def working(calls: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """How many calls give what stands beside them in Python, and which do not."""
    fails = [name for name, call in calls.items() if raised(call) or not call()]
    return {"count": len(calls) - len(fails), "of": len(calls), "fails": fails}


def where_numbers_are_wanted(one: Any, half: Any) -> dict[str, Any]:
    """A whole and a real tensor of one element, 1 and 0.5, given to Python."""
    return working(
        {
            "int()": lambda: int(one) == 1,
            "float()": lambda: float(half) == 0.5,
            "bool()": lambda: bool(one) is True,
            "complex()": lambda: complex(half) == 0.5,
            "round()": lambda: round(half) == 0,
            "range": lambda: list(range(one)) == [0],
            "index": lambda: ["a", "b"][one] == "b",
            "math.sqrt": lambda: math.sqrt(one) == 1.0,
            "format": lambda: f"{half:.2f}" == "0.50",
            "sum": lambda: float(sum([half, half])) == 1.0,
            "if": lambda: "yes" if half > 0 else "",
        }
    )


def pytorch() -> Observation:
    """Let types meet: those of tensors, of Python's numbers and of NumPy's."""
    import torch

    whole, real = torch.tensor([1, 2]), torch.tensor([0.5, 1.5])
    return {
        "of_python_values": {name: str(torch.tensor(value).dtype) for name, value in VALUES.items()},
        "plain_numbers": {
            "int + 2.5": lambda: outcome(whole + 2.5),
            "2.5 * int": lambda: outcome(2.5 * whole),
            "float + 1": lambda: outcome(real + 1),
            "int / 2": lambda: outcome(whole / 2),
            "int + np.float32(1.5)": lambda: outcome(whole + np.float32(1.5)),
            "dtype=int": lambda: outcome(torch.tensor([1, 2], dtype=int)),
            "dtype=float": lambda: outcome(torch.tensor([1, 2], dtype=float)),
        },
        "tensors": {
            "int + float": lambda: outcome(whole + real),
            "int32 + int64": lambda: outcome(whole.int() + whole),
            "bool + int": lambda: outcome((whole > 1) + whole),
            "int matrix @ float": lambda: outcome(torch.stack([whole, whole]) @ real),
            "mean of ints": lambda: outcome(torch.mean(whole)),
        },
        "where_numbers_are_wanted": lambda: where_numbers_are_wanted(whole[0], real[0]),
        "if_switched_on": None,
    }


def tensorflow() -> Observation:
    """Let types meet: those of tensors, of Python's numbers and of NumPy's."""
    import tensorflow as tf

    whole, real = tf.constant([1, 2]), tf.constant([0.5, 1.5])

    def if_switched_on() -> dict[str, Any]:
        tf.experimental.numpy.experimental_enable_numpy_behavior()
        return {
            "int + float": lambda: outcome(whole + real),
            "int + 2.5": lambda: outcome(whole + 2.5),
            "dtype=int": lambda: outcome(tf.constant([1, 2], dtype=int)),
        }

    return {
        "of_python_values": {name: tf.constant(value).dtype.name for name, value in VALUES.items()},
        "plain_numbers": {
            "int + 2.5": lambda: outcome(whole + 2.5),
            "2.5 * int": lambda: outcome(2.5 * whole),
            "float + 1": lambda: outcome(real + 1),
            "int / 2": lambda: outcome(whole / 2),
            "int + np.float32(1.5)": lambda: outcome(whole + np.float32(1.5)),
            "dtype=int": lambda: outcome(tf.constant([1, 2], dtype=int)),
            "dtype=float": lambda: outcome(tf.constant([1, 2], dtype=float)),
        },
        "tensors": {
            "int + float": lambda: outcome(whole + real),
            "int32 + int64": lambda: outcome(tf.cast(whole, tf.int32) + tf.cast(whole, tf.int64)),
            "bool + int": lambda: outcome((whole > 1) + whole),
            "int matrix @ float": lambda: outcome(tf.linalg.matvec(tf.stack([whole, whole]), real)),
            "mean of ints": lambda: outcome(tf.reduce_mean(whole)),
        },
        "where_numbers_are_wanted": lambda: where_numbers_are_wanted(whole[0], real[0]),
        "if_switched_on": if_switched_on,
    }
