"""How many graphs five lengths take, and what a single graph can follow.

A network that doubles its input and adds it up gets inputs of five lengths. Eagerly there is no graph to make first.
Captured, a plain function gets a new graph for a length that it has not met, and one graph for all when its length is
left open. The second network doubles its input until the sum is above 100, a number of times that depends on the
input: it is tried as a single graph too. `right` counts the inputs whose results are those of NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Graphs for inputs of several lengths"
SUBJECT = "execution"

LENGTHS = (2, 3, 5, 8, 13)
ONE_LENGTH = (3, 3, 3, 3, 3)


def tried(call: Callable[[Any], Any], by_hand: Callable[[int], float], lengths: Sequence[int] = LENGTHS) -> Observation:
    """How many of the lengths give what is expected, without an error."""

    def compare(length: int) -> None:
        np.testing.assert_allclose(float(call(np.ones(length, np.float32))), by_hand(length), rtol=1e-6)

    right = sum(raised(partial(compare, length)) is None for length in lengths)
    return {"right": right, "of": len(lengths)}


def doubled(length: int) -> float:
    return 2.0 * length


def doubled_above_100(length: int) -> float:
    total = float(length)
    while total <= 100:
        total *= 2
    return total


def pytorch() -> Observation:
    """torch.compile for whole graphs, with a backend that counts them; the loop is left to eager execution."""
    import torch

    graphs: list[Any] = []

    def counting(module: Any, _inputs: Any) -> Any:
        graphs.append(module)
        return module.forward

    def network(x: Any) -> Any:
        return (2 * x).sum()

    def until_above_100(x: Any) -> Any:
        while x.sum() <= 100:
            x = 2 * x
        return x.sum()

    def from_array(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda array: function(torch.from_numpy(array))

    def captured(lengths: Sequence[int], **how: Any) -> Observation:
        torch.compiler.reset()
        graphs.clear()
        compiled = torch.compile(network, backend=counting, fullgraph=True, **how)
        return {**tried(from_array(compiled), doubled, lengths), "graphs": len(graphs)}

    return {
        "eager": lambda: {**tried(from_array(network), doubled), "graphs": len(graphs)},
        "eager_steps_by_data": lambda: tried(from_array(until_above_100), doubled_above_100),
        "captured_one_length": lambda: captured(ONE_LENGTH),
        "captured_five_lengths": lambda: captured(LENGTHS),
        "captured_length_left_open": lambda: captured(LENGTHS, dynamic=True),
        "captured_steps_by_data": None,
    }


def tensorflow() -> Observation:
    """tf.function, whose input signature leaves the length open, and which makes a Python loop part of the graph."""
    import tensorflow as tf

    def network(x: Any) -> Any:
        return tf.reduce_sum(2 * x)

    def until_above_100(x: Any) -> Any:
        while tf.reduce_sum(x) <= 100:
            x = 2 * x
        return tf.reduce_sum(x)

    def from_array(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda array: function(tf.constant(array))

    def captured(lengths: Sequence[int], function: Any = network, by_hand: Any = doubled, **how: Any) -> Observation:
        traced = tf.function(function, **how)
        outcome = tried(from_array(traced), by_hand, lengths)
        return {**outcome, "graphs": traced.experimental_get_tracing_count()}

    def captured_for_any_length(**what: Any) -> Observation:
        return captured(LENGTHS, input_signature=[tf.TensorSpec([None], tf.float32)], **what)

    return {
        "eager": lambda: {**tried(from_array(network), doubled), "graphs": 0},
        "eager_steps_by_data": lambda: tried(from_array(until_above_100), doubled_above_100),
        "captured_one_length": lambda: captured(ONE_LENGTH),
        "captured_five_lengths": lambda: captured(LENGTHS),
        "captured_length_left_open": captured_for_any_length,
        "captured_steps_by_data": lambda: captured_for_any_length(function=until_above_100, by_hand=doubled_above_100),
    }
