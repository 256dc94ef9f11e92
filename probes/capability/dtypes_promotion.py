"""Element types: which ones Python's numbers get, and what happens when types meet.

In PyTorch an integer tensor and a float tensor give a float tensor. TensorFlow asks for equal types and raises an error
otherwise; look also at the NumPy value that is cut to an integer, and at what TensorFlow's experimental switch to
NumPy's behaviour changes. Then come lists of mixed types, objects of one's own class, assignment to one element, and
tensors in places where Python wants a number. The last part compares tensors with arrays: how many of an array's
attributes a tensor has, and which of the two has something for gradients and devices.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Element types, and types that meet"
SUBJECT = "tensors"

VALUES = {"int": 1, "large int": 2**40, "float": 1.5, "bool": True, "complex": 1j}
LISTS = {"[1, 2.5]": [1, 2.5], "[True, 2]": [True, 2], "[1, 'a']": [1, "a"]}
ATTRIBUTES = {name for name in dir(np.ndarray) if not name.startswith("_")}
BEYOND_ARRAYS = ["backward", "grad", "requires_grad", "cpu", "cuda", "to", "device"]


@dataclass
class Point:
    """An object of a class of one's own."""

    x: float
    y: float


def outcome(action: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
    """The element type and the values of the tensor that an action gives, or its error."""
    if error := raised(lambda: action(*arguments)):
        return error
    array = action(*arguments).numpy()
    return {"dtype": str(array.dtype), "values": str(array.tolist())}


def where_numbers_are_wanted(one: Any, half: Any) -> dict[str, Any]:
    """Tensors of one element, whole and real, given to Python itself."""
    return {
        "int, float, bool": [int(half), float(one), bool(one)],
        "range": list(range(one)),
        "index of a list": ["a", "b"][one],
        "math.sqrt": math.sqrt(one),
        "format": f"{half:.2f}",
        "sum": float(sum([half, half])),
        "round": raised(lambda: round(half)),
    }


def pytorch() -> Observation:
    """Let types meet: those of tensors, of Python's numbers and of NumPy's."""
    import torch

    whole, real = torch.tensor([1, 2]), torch.tensor([0.5, 1.5])

    def assign() -> Any:
        changed = real.clone()
        changed[0] = 3
        return changed

    return {
        "of_python_values": {name: outcome(torch.tensor, value) for name, value in VALUES.items()},
        "of_an_array": outcome(lambda: torch.from_numpy(np.array([0.5]))),
        "int + float": outcome(lambda: whole + real),
        "int32 + int64": outcome(lambda: whole.int() + whole),
        "float32 + float64": outcome(lambda: real + real.double()),
        "bool + int": outcome(lambda: (whole > 1) + whole),
        "int matrix @ float": outcome(lambda: torch.stack([whole, whole]) @ real),
        "int + 2.5": outcome(lambda: whole + 2.5),
        "2.5 * int": outcome(lambda: 2.5 * whole),
        "float + 1": outcome(lambda: real + 1),
        "int / 2": outcome(lambda: whole / 2),
        "int + np.float32(1.5)": outcome(lambda: whole + np.float32(1.5)),
        "mean of ints": outcome(lambda: torch.mean(whole)),
        "dtype=int": outcome(lambda: torch.tensor([1, 2], dtype=int)),
        "dtype=float": outcome(lambda: torch.tensor([1, 2], dtype=float)),
        "lists": {name: outcome(torch.tensor, values) for name, values in LISTS.items()},
        "own_class": raised(lambda: torch.tensor([Point(1.0, 2.0)])),
        "x[0] = 3": outcome(assign),
        "variable[0].assign(3)": None,
        "where_numbers_are_wanted": where_numbers_are_wanted(whole[0], real[0]),
        "attributes_of_arrays": {"shared": len(ATTRIBUTES & set(dir(real))), "of": len(ATTRIBUTES)},
        "beyond_arrays": {
            "tensor": [name for name in BEYOND_ARRAYS if name in dir(real)],
            "array": [name for name in BEYOND_ARRAYS if name in dir(np.ndarray)],
        },
        "with_numpy_behaviour": None,
    }


def tensorflow() -> Observation:
    """Let types meet: those of tensors, of Python's numbers and of NumPy's."""
    import tensorflow as tf

    whole, real = tf.constant([1, 2]), tf.constant([0.5, 1.5])

    def assign() -> Any:
        changed = tf.identity(real)
        changed[0] = 3
        return changed

    def with_numpy_behaviour() -> dict[str, Any]:
        tf.experimental.numpy.experimental_enable_numpy_behavior()
        return {
            "int + float": outcome(lambda: whole + real),
            "int + 2.5": outcome(lambda: whole + 2.5),
            "dtype=int": outcome(lambda: tf.constant([1, 2], dtype=int)),
            "x[0] = 3": outcome(assign),
            "shared": len(ATTRIBUTES & set(dir(real))),
        }

    return {
        "of_python_values": {name: outcome(tf.constant, value) for name, value in VALUES.items()},
        "of_an_array": outcome(lambda: tf.constant(np.array([0.5]))),
        "int + float": outcome(lambda: whole + real),
        "int32 + int64": outcome(lambda: whole + tf.cast(whole, tf.int64)),
        "float32 + float64": outcome(lambda: real + tf.cast(real, tf.float64)),
        "bool + int": outcome(lambda: (whole > 1) + whole),
        "int matrix @ float": outcome(lambda: tf.linalg.matvec(tf.stack([whole, whole]), real)),
        "int + 2.5": outcome(lambda: whole + 2.5),
        "2.5 * int": outcome(lambda: 2.5 * whole),
        "float + 1": outcome(lambda: real + 1),
        "int / 2": outcome(lambda: whole / 2),
        "int + np.float32(1.5)": outcome(lambda: whole + np.float32(1.5)),
        "mean of ints": outcome(lambda: tf.reduce_mean(whole)),
        "dtype=int": outcome(lambda: tf.constant([1, 2], dtype=int)),
        "dtype=float": outcome(lambda: tf.constant([1, 2], dtype=float)),
        "lists": {name: outcome(tf.constant, values) for name, values in LISTS.items()},
        "own_class": raised(lambda: tf.constant([Point(1.0, 2.0)])),
        "x[0] = 3": outcome(assign),
        "variable[0].assign(3)": outcome(lambda: tf.Variable(real)[0].assign(3)),
        "where_numbers_are_wanted": where_numbers_are_wanted(whole[0], real[0]),
        "attributes_of_arrays": {"shared": len(ATTRIBUTES & set(dir(real))), "of": len(ATTRIBUTES)},
        "beyond_arrays": {
            "tensor": [name for name in BEYOND_ARRAYS if name in dir(real)],
            "array": [name for name in BEYOND_ARRAYS if name in dir(np.ndarray)],
        },
        "with_numpy_behaviour": with_numpy_behaviour(),
    }
