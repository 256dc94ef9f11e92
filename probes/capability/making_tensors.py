"""What goes into a tensor: collections, mixed types, objects of one's own, and what comes of it.

Five kinds of collection are turned into tensors by one call. Then come collections of mixed types: what is not refused
must have come out as one type, which the classes of the elements show. An object of a class of one's own is put in as
it is, in an array of objects, and as the list of its fields. Last, the same things are done with the tensors that came
out; look at those that only one of the two classes can do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from functools import partial
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "What goes into a tensor"
SUBJECT = "tensors"

ROWS = [[1.0, 2.0], [3.0, 4.0]]


@dataclass
class Point:
    """An object of a class of one's own."""

    x: float
    y: float


def collections() -> dict[str, Any]:
    """Collections of the same numbers."""
    return {"list": ROWS, "tuple": tuple(map(tuple, ROWS)), "list of arrays": [*map(np.array, ROWS)]} | {
        "array": np.array(ROWS),
        "array of another type": np.array(ROWS, dtype=np.int16),
    }


def mixtures() -> dict[str, Any]:
    """Collections of elements that have not one type."""
    return {
        "[1, 2.5]": [1, 2.5],
        "[True, 2]": [True, 2],
        "[1, 2j]": [1, 2j],
        "[1, 'a']": [1, "a"],
        "array of objects": np.array([1, 2.5], dtype=object),
        "array with fields": np.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f4")]),
    }


def equal(to_tensor: Callable[[Any], Any]) -> dict[str, Any]:
    """From which collections a tensor with the same numbers is made."""
    made = [name for name, one in collections().items() if np.array_equal(to_tensor(one).numpy(), ROWS)]
    return {"count": len(made), "of": len(collections()), "from": made}


def element_types(to_tensor: Callable[[Any], Any]) -> dict[str, Any]:
    """The classes of the elements that come out of each mixture, or the error."""

    def of(mixture: Any) -> list[str]:
        return sorted({type(element).__name__ for element in to_tensor(mixture).numpy().tolist()})

    return {name: partial(of, mixture) for name, mixture in mixtures().items()}


def several_types(to_tensor: Callable[[Any], Any]) -> list[str]:
    """The mixtures whose elements keep types of their own inside a tensor."""
    types = element_types(to_tensor)
    return [name for name, of in types.items() if not raised(of) and len(of()) > 1]


def uses(x: Any, whole: Any) -> dict[str, Any]:
    """Which things can be done with a tensor of numbers and one of whole numbers."""

    def assign() -> None:
        x[0] = 9.0

    tried: dict[str, Callable[[], Any]] = {
        "x.shape": lambda: x.shape,
        "x[-1]": lambda: x[-1],
        "x * 2": lambda: x * 2,
        "x > 1": lambda: x > 1,
        "x.numpy()": lambda: x.numpy(),
        "x.sum()": lambda: x.sum(),
        "x.reshape(4)": lambda: x.reshape(4),
        "whole + x": lambda: whole + x,
        "x[0] = 9": assign,
    }
    missing = [name for name, use in tried.items() if raised(use)]
    return {"works": [name for name in tried if name not in missing], "missing": missing}


def pytorch() -> Observation:
    """Call torch.tensor on each; it takes a list of arrays too."""
    import torch

    return {
        "made_from": lambda: equal(torch.tensor),
        "mixtures": lambda: element_types(torch.tensor),
        "several_types_in_one_tensor": lambda: several_types(torch.tensor),
        "own_class": {
            "as it is": lambda: torch.tensor([Point(1.0, 2.0)]).tolist(),
            "in an array": lambda: torch.from_numpy(np.array([Point(1.0, 2.0)], dtype=object)).tolist(),
            "its fields": lambda: torch.tensor([astuple(Point(1.0, 2.0))]).tolist(),
        },
        "uses": lambda: uses(torch.tensor(ROWS), torch.tensor([1, 2])),
    }


def tensorflow() -> Observation:
    """Call tf.convert_to_tensor on each."""
    import tensorflow as tf

    convert = tf.convert_to_tensor
    return {
        "made_from": lambda: equal(convert),
        "mixtures": lambda: element_types(convert),
        "several_types_in_one_tensor": lambda: several_types(convert),
        "own_class": {
            "as it is": lambda: convert([Point(1.0, 2.0)]).numpy().tolist(),
            "in an array": lambda: convert(np.array([Point(1.0, 2.0)], dtype=object)).numpy().tolist(),
            "its fields": lambda: convert([astuple(Point(1.0, 2.0))]).numpy().tolist(),
        },
        "uses": lambda: uses(convert(ROWS), convert([1, 2])),
    }
