"""Four functions in plain Python, as TorchScript and as a tf.function.

All four double their input. TorchScript compiles the text of a function and refuses what is no part of its language;
what it takes is saved and read back before it is called. tf.function runs the Python code once and keeps the
operations, so that the language is no matter.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from probes.kit.observing import Observation

TITLE = "What of Python TorchScript takes"
SUBJECT = "interchange"


def pytorch() -> Observation:
    """torch.jit.script."""
    import torch

    def a_loop(x: torch.Tensor) -> torch.Tensor:
        y = torch.zeros_like(x)
        for _ in range(2):
            y = y + x
        return y

    def a_function_inside(x: torch.Tensor) -> torch.Tensor:
        def double(y: torch.Tensor) -> torch.Tensor:
            return torch.add(y, y)

        return double(x)

    def try_and_except(x: torch.Tensor) -> torch.Tensor:
        try:
            return torch.add(x, x)
        except ValueError:
            return x

    def a_set(x: torch.Tensor) -> torch.Tensor:
        return torch.mul(x, len({"a", "b"}))

    def scripted(function: Callable[..., Any]) -> Any:
        file = io.BytesIO()
        torch.jit.save(torch.jit.script(function), file)
        file.seek(0)
        return torch.jit.load(file)(torch.tensor([1.0, 2.0])).tolist()

    return {
        "a_loop": lambda: scripted(a_loop),
        "a_function_inside": lambda: scripted(a_function_inside),
        "try_and_except": lambda: scripted(try_and_except),
        "a_set": lambda: scripted(a_set),
    }


def tensorflow() -> Observation:
    """tf.function."""
    import tensorflow as tf

    def a_loop(x: Any) -> Any:
        y = tf.zeros_like(x)
        for _ in range(2):
            y = y + x
        return y

    def a_function_inside(x: Any) -> Any:
        def double(y: Any) -> Any:
            return tf.add(y, y)

        return double(x)

    def try_and_except(x: Any) -> Any:
        try:
            return tf.add(x, x)
        except ValueError:
            return x

    def a_set(x: Any) -> Any:
        return tf.multiply(x, len({"a", "b"}))

    def traced(function: Callable[..., Any]) -> Any:
        return tf.function(function)(tf.constant([1.0, 2.0])).numpy().tolist()

    return {
        "a_loop": lambda: traced(a_loop),
        "a_function_inside": lambda: traced(a_function_inside),
        "try_and_except": lambda: traced(try_and_except),
        "a_set": lambda: traced(a_set),
    }
