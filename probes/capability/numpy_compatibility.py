"""NumPy's methods, syntax and functions on tensors, shared memory, and arrays mixed with tensors.

The same calls are made with an array x and with a tensor x, and count where both give the same: methods and syntax,
functions of the framework's module m in the place of `np`, and operations on x and an array a. The names of those that
are missing or give something else stand beside the count. TensorFlow has a module and a switch for NumPy's ways, which
are counted too. `memory_is_shared` is about the usual calls from one to the other. Look at who is ahead in which part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import iadd, setitem
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "NumPy's habits and functions on tensors"
SUBJECT = "interchange"

ROWS = [[3.0, 1.0, 2.0], [6.0, 5.0, 4.0]]
ARGUMENTS: Mapping[str, tuple[Any, ...]] = {
    "sum": (0,),
    "mean": (1,),
    "std": (),
    "max": (0,),
    "argmax": (1,),
    "cumsum": (1,),
    "clip": (2, 4),
    "round": (),
    "reshape": ((3, 2),),
    "transpose": (),
    "swapaxes": (0, 1),
    "copy": (),
}
Calls = Mapping[str, Callable[[Any, Any], Any]]
SYNTAX: Calls = {
    "x @ x.T": lambda _, x: x @ x.T,
    "x[:, -1]": lambda _, x: x[:, -1],
    "x[::-1]": lambda _, x: x[::-1],
    "x[x > 2]": lambda _, x: x[x > 2],
    "x[[1, 0]]": lambda _, x: x[[1, 0]],
    "x[0] = 9": lambda _, x: setitem(x, 0, 9.0) or x,
    "x += 1": lambda _, x: iadd(x, 1),
}
MIXED: Calls = {
    "x + a": lambda _, x: x + np.array(ROWS),
    "a + x": lambda _, x: np.array(ROWS) + x,
    "m.exp(a)": lambda m, _: m.exp(np.array(ROWS)),
    "m.matmul(a, b)": lambda m, _: m.matmul(np.array(ROWS), np.ones((3, 1))),
    "np.exp(x)": lambda _, x: np.exp(x),
    "np.sum(x)": lambda _, x: np.sum(x),
    "np.concatenate([a, x])": lambda _, x: np.concatenate([np.array(ROWS), x]),
}


def method(name: str) -> Callable[[Any, Any], Any]:
    """A call of a method of x."""
    return lambda _, x: getattr(x, name)(*ARGUMENTS[name])


def function(name: str) -> Callable[[Any, Any], Any]:
    """A call of a function of the module m with x."""
    return lambda m, x: getattr(m, name)(x, *ARGUMENTS[name])


METHODS = {**{f"x.{name}": method(name) for name in ARGUMENTS}, **SYNTAX}
FUNCTIONS = {f"m.{name}": function(name) for name in ARGUMENTS}


def same(calls: Calls, m: Any, new_tensor: Callable[[], Any]) -> dict[str, Any]:
    """How many calls give with a tensor what they give with an array, and which do not."""

    def agrees(call: Callable[[Any, Any], Any]) -> bool:
        expected, found = np.asarray(call(np, np.array(ROWS))), []
        failed = raised(lambda: found.append(np.asarray(call(m, new_tensor()), dtype=float)))
        return not failed and found[0].shape == expected.shape and np.allclose(found[0], expected)

    different = [name for name, call in calls.items() if not agrees(call)]
    return {"same": len(calls) - len(different), "of": len(calls), "different": different}


def shared(pairs: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    """In which pairs of an array and a tensor a change of the array shows in the tensor."""
    for array, _ in pairs.values():
        array[0, 0] = 9.0
    by = [name for name, (_, tensor) in pairs.items() if float(tensor[0, 0]) == 9.0]
    return {"count": len(by), "of": len(pairs), "by": by}


def pytorch() -> Observation:
    """Make the calls with PyTorch's tensors."""
    import torch

    def new() -> Any:
        return torch.tensor(ROWS, dtype=torch.float64)

    def memory_is_shared() -> dict[str, Any]:
        a, x = np.array(ROWS), new()
        return shared({"from_numpy": (a, torch.from_numpy(a)), "numpy": (x.numpy(), x)})

    return {
        "methods": lambda: same(METHODS, torch, new),
        "methods_if_switched_on": None,
        "functions": lambda: same(FUNCTIONS, torch, new),
        "functions_of_the_numpy_module": None,
        "mixed": lambda: same(MIXED, torch, new),
        "memory_is_shared": memory_is_shared,
    }


def tensorflow() -> Observation:
    """Make the calls with TensorFlow's tensors."""
    import tensorflow as tf

    def new() -> Any:
        return tf.constant(ROWS, tf.float64)

    def memory_is_shared() -> dict[str, Any]:
        a, x = np.array(ROWS), new()
        return shared({"convert_to_tensor": (a, tf.convert_to_tensor(a)), "numpy": (x.numpy(), x)})

    def methods_if_switched_on() -> dict[str, Any]:
        tf.experimental.numpy.experimental_enable_numpy_behavior()
        return same(METHODS, tf, new)

    return {
        "methods": lambda: same(METHODS, tf, new),
        "functions": lambda: same(FUNCTIONS, tf, new),
        "functions_of_the_numpy_module": lambda: same(FUNCTIONS, tf.experimental.numpy, new),
        "mixed": lambda: same(MIXED, tf, new),
        "memory_is_shared": memory_is_shared,
        "methods_if_switched_on": methods_if_switched_on,
    }
