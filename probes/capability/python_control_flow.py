"""Python's while and if on the value of a tensor.

A tensor is halved where it is even and made 3n + 1 where it is odd, until it is 1. Eagerly each statement is carried
out when it is reached, so that both take the 111 steps that plain numbers take. `captured` is the same function made
into graphs: tf.function rewrites while and if into operations, torch.compile leaves to Python what it cannot decide.
`captured_without_help` is one graph without either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from probes.kit.observing import Observation, raised

TITLE = "Python's while and if on tensors"
SUBJECT = "execution"

START = 27


def steps_to_one(n: Any) -> Any:
    """How many steps it takes from n to 1."""
    steps = 0
    while n != 1:
        if n % 2 == 0:  # noqa: SIM108 - the statement, not the expression, is what is tried
            n = n // 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps


def in_short(action: Callable[[], int]) -> Any:
    """What the action gives, or its error with the first sentence of the message."""
    error = raised(action)
    return {**error, "message": error["message"].splitlines()[0].split(". ")[0]} if error else action()


def pytorch() -> Observation:
    """Eager, torch.compile, and torch.compile told to make one whole graph."""
    import torch

    number = torch.tensor(START)

    def captured(**how: Any) -> int:
        torch.compiler.reset()
        return int(torch.compile(steps_to_one, backend="eager", **how)(number))

    return {
        "plain_numbers": steps_to_one(START),
        "one_step": lambda: int(3 * number + 1),
        "eager": lambda: int(steps_to_one(number)),
        "captured": captured,
        "captured_without_help": lambda: in_short(lambda: captured(fullgraph=True)),
    }


def tensorflow() -> Observation:
    """Eager, tf.function, and tf.function without AutoGraph, which does the rewriting."""
    import tensorflow as tf

    number = tf.constant(START)

    def captured(**how: Any) -> int:
        return int(tf.function(steps_to_one, **how)(number))

    return {
        "plain_numbers": steps_to_one(START),
        "one_step": lambda: int(3 * number + 1),
        "eager": lambda: int(steps_to_one(number)),
        "captured": captured,
        "captured_without_help": lambda: in_short(lambda: captured(autograph=False)),
    }
