"""A network under Python's debugger, line by line.

Python's own debugger class stops at each line of the network, and what the local names hold there is kept. There is a
mistake to be found: a logarithm of a negative number, whose NaN is in every output. Eagerly each line is a stop with
numbers, so that the line shows which made the first NaN. A graph captured before runs without the lines that it was
captured from.
"""

from __future__ import annotations

import bdb
import math
from collections.abc import Callable
from typing import Any

from probes.kit.observing import Observation

TITLE = "A network under the debugger"
SUBJECT = "execution"


class Debugger(bdb.Bdb):
    """Goes from line to line, and keeps the numbers that it finds in those of one function."""

    def __init__(self, function: Any, numbers: Callable[[Any], list[float]]) -> None:
        super().__init__()
        self.code, self.numbers = function.__code__, numbers
        self.stops: list[dict[str, list[Any]]] = []

    def user_line(self, frame: Any) -> None:
        if frame.f_code is self.code:
            names = [name for name in self.code.co_varnames if name in frame.f_locals and name != "self"]
            self.stops.append({name: self.numbers(frame.f_locals[name]) for name in names})
        self.set_step()

    def go_through(self, call: Callable[[], object]) -> Observation:
        """The stops, NaN written as text, and the name that held the first."""
        self.runcall(call)
        stops = [
            {name: ["NaN" if math.isnan(one) else one for one in numbers] for name, numbers in stop.items()}
            for stop in self.stops
        ]
        bad = [name for stop in stops for name, numbers in stop.items() if "NaN" in numbers]
        return {"stops": stops, "count": len(stops), "first_nan_in": bad[0] if bad else None}


def pytorch() -> Observation:
    """A module as it is, and exported."""
    import torch

    class Network(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            scaled = 2 * x
            shifted = scaled - 4
            logged = torch.log(shifted)
            return logged.sum()

    def stepping(network: Any) -> Observation:
        return Debugger(Network.forward, lambda value: value.tolist()).go_through(lambda: network(x))

    x = torch.tensor([3.0, 1.0])
    return {
        "eager": lambda: stepping(Network()),
        "captured": lambda: stepping(torch.export.export(Network(), (x,)).module()),
    }


def tensorflow() -> Observation:
    """A Keras model as it is, and as a concrete function."""
    import keras
    import tensorflow as tf

    class Network(keras.Model):
        def call(self, x: Any) -> Any:
            scaled = 2 * x
            shifted = scaled - 4
            logged = tf.math.log(shifted)
            return tf.reduce_sum(logged)

    def stepping(network: Any) -> Observation:
        return Debugger(Network.call, lambda value: value.numpy().tolist()).go_through(lambda: network(x))

    x = tf.constant([3.0, 1.0])
    return {
        "eager": lambda: stepping(Network()),
        "captured": lambda: stepping(tf.function(Network()).get_concrete_function(x)),
    }
