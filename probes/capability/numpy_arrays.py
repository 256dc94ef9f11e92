"""NumPy arrays become tensors and come back, in one call each way.

Each numeric element type goes into a tensor and out again, and must come back with the same type and values. Then the
result says on which sides memory is shared: PyTorch's usual calls share it in both directions, TensorFlow's copy.
Below that stand the arrays and tensors that are refused, and what the usual way to take out one element gives: a value
of NumPy's own class, or one of Python's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "NumPy arrays become tensors, and tensors arrays"
SUBJECT = "interchange"

NUMBERS = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128"


def there_and_back(to_tensor: Callable[[Any], Any], to_array: Callable[[Any], Any]) -> dict[str, Any]:
    """Which element types come back as they went, and how many of how many."""

    def comes_back(name: str) -> bool:
        array, found = np.array([[0, 1, 2], [3, 4, 5]]).astype(name), []
        refused = raised(lambda: found.append(to_array(to_tensor(array))))
        return not refused and found[0].dtype == array.dtype and np.array_equal(found[0], array)

    unharmed = [name for name in NUMBERS.split() if comes_back(name)]
    return {"unharmed": unharmed, "count": len(unharmed), "of": len(NUMBERS.split())}


def follows_array(to_tensor: Callable[[Any], Any]) -> bool:
    """Whether a tensor changes with the array that it was made from, at an address divisible by 64."""
    room = np.ones(16)
    array = room[-room.ctypes.data % 64 // 8 :]
    tensor = to_tensor(array)
    array[0] = 9.0
    return float(tensor[0]) == 9.0


def followed_by_tensor(tensor: Any, array: Any) -> bool:
    """Whether a tensor changes with the array that was made from it."""
    array[0] = 9.0
    return float(tensor[0]) == 9.0


def one_element(value: Any) -> dict[str, Any]:
    """The class of a single value, whether it is one of NumPy's, and the value."""
    return {"class": type(value).__name__, "is_numpy": isinstance(value, np.generic), "value": float(value)}


def pytorch() -> Observation:
    """Use from_numpy() and numpy(), then item()."""
    import torch

    array = np.array([[0.5, 1.5], [2.5, 3.5]])

    def converted() -> dict[str, Any]:
        tensor = torch.from_numpy(array)
        is_tensor = isinstance(tensor, torch.Tensor)
        return {"class": type(tensor).__name__, "is_tensor": is_tensor, "equal": tensor.tolist() == array.tolist()}

    return {
        "array_to_tensor": converted,
        "there_and_back": lambda: there_and_back(torch.from_numpy, lambda tensor: tensor.numpy()),
        "memory_is_shared": {
            "tensor follows array": lambda: follows_array(torch.from_numpy),
            "tensor follows array, by constructor": lambda: follows_array(torch.tensor),
            "tensor follows array, by DLPack": lambda: follows_array(torch.from_dlpack),
            "tensor follows what came out": lambda: followed_by_tensor(x := torch.ones(2), x.numpy()),
        },
        "refused": {
            "array of text": lambda: str(torch.from_numpy(np.array(["a"])).dtype),
            "array seen backwards": lambda: torch.from_numpy(array[::-1]).tolist(),
            "tensor that needs gradients": lambda: torch.ones(2, requires_grad=True).numpy().tolist(),
        },
        "one_element": {
            "of float32": lambda: one_element(torch.tensor([1.5])[0].item()),
            "of float64": lambda: one_element(torch.from_numpy(array)[0, 1].item()),
            "of int64": lambda: one_element(torch.tensor([3])[0].item()),
            "of bool": lambda: one_element(torch.tensor([True])[0].item()),
        },
    }


def tensorflow() -> Observation:
    """Use convert_to_tensor() and numpy(), the latter for single elements too."""
    import tensorflow as tf

    array = np.array([[0.5, 1.5], [2.5, 3.5]])

    def converted() -> dict[str, Any]:
        tensor = tf.convert_to_tensor(array)
        equal = tensor.numpy().tolist() == array.tolist()
        return {"class": type(tensor).__name__, "is_tensor": isinstance(tensor, tf.Tensor), "equal": equal}

    return {
        "array_to_tensor": converted,
        "there_and_back": lambda: there_and_back(tf.convert_to_tensor, lambda tensor: tensor.numpy()),
        "memory_is_shared": {
            "tensor follows array": lambda: follows_array(tf.convert_to_tensor),
            "tensor follows array, by constructor": lambda: follows_array(tf.constant),
            "tensor follows array, by DLPack": lambda: follows_array(
                lambda array: tf.experimental.dlpack.from_dlpack(array.__dlpack__())
            ),
            "tensor follows what came out": lambda: followed_by_tensor(x := tf.ones(2), x.numpy()),
        },
        "refused": {
            "array of text": lambda: tf.convert_to_tensor(np.array(["a"])).dtype.name,
            "array seen backwards": lambda: tf.convert_to_tensor(array[::-1]).numpy().tolist(),
            "tensor that needs gradients": lambda: tf.Variable(tf.ones(2)).numpy().tolist(),
        },
        "one_element": {
            "of float32": lambda: one_element(tf.constant([1.5])[0].numpy()),
            "of float64": lambda: one_element(tf.constant(array)[0, 1].numpy()),
            "of int64": lambda: one_element(tf.constant([3], tf.int64)[0].numpy()),
            "of bool": lambda: one_element(tf.constant([True])[0].numpy()),
        },
    }
