"""A network whose depth is decided while it runs.

One weight is applied again and again, y = tanh(w y): as often as an argument says, or until y is below 0.2. No graph is
declared: what is differentiated is what has just run. The gradients are compared with a derivative by hand, carried
along in plain Python.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from probes.kit.observing import Observation

TITLE = "A network as deep as its input asks"
SUBJECT = "execution"

WEIGHT, INPUTS, DEPTHS = 0.8, (0.3, 0.9, 2.0), (1, 3, 10)
SMALL = 0.2


def slope_by_hand(x: float, depth: int) -> float:
    y, slope = x, 0.0
    for _ in range(depth):
        slope = (1 - math.tanh(WEIGHT * y) ** 2) * (y + WEIGHT * slope)
        y = math.tanh(WEIGHT * y)
    return slope


def depth_by_hand(y: float) -> int:
    depth = 0
    while y > SMALL:
        y, depth = math.tanh(WEIGHT * y), depth + 1
    return depth


def by_argument(slope: Callable[[int], float]) -> Observation:
    off = [abs(slope(depth) - slope_by_hand(1.0, depth)) for depth in DEPTHS]
    return {"depths": list(DEPTHS), "off_by": max(off)}


def by_data(depth_and_slope: Callable[[float], tuple[int, float]]) -> Observation:
    depths, slopes = zip(*(depth_and_slope(x) for x in INPUTS), strict=True)
    wanted = [depth_by_hand(x) for x in INPUTS]
    off = [abs(slope - slope_by_hand(x, depth)) for x, depth, slope in zip(INPUTS, wanted, slopes, strict=True)]
    return {"depths": list(depths), "depths_by_hand": wanted, "off_by": max(off)}


def pytorch() -> Observation:
    """backward() goes through what the forward pass has recorded."""
    import torch

    def slope(depth: int) -> float:
        w, y = torch.tensor(WEIGHT, requires_grad=True), torch.tensor(1.0)
        for _ in range(depth):
            y = torch.tanh(w * y)
        y.backward()
        return float(w.grad)

    def depth_and_slope(x: float) -> tuple[int, float]:
        w, y, depth = torch.tensor(WEIGHT, requires_grad=True), torch.tensor(x), 0
        while y > SMALL:
            y = torch.tanh(w * y)
            depth += 1
        y.backward()
        return depth, float(w.grad)

    return {
        "fixed_depth": lambda: abs(slope(1) - slope_by_hand(1.0, 1)),
        "depth_by_argument": lambda: by_argument(slope),
        "depth_by_data": lambda: by_data(depth_and_slope),
    }


def tensorflow() -> Observation:
    """The tape goes back through what ran while it was recording."""
    import tensorflow as tf

    def slope(depth: int) -> float:
        w, y = tf.Variable(WEIGHT), tf.constant(1.0)
        with tf.GradientTape() as tape:
            for _ in range(depth):
                y = tf.tanh(w * y)
        return float(tape.gradient(y, w))

    def depth_and_slope(x: float) -> tuple[int, float]:
        w, y, depth = tf.Variable(WEIGHT), tf.constant(x), 0
        with tf.GradientTape() as tape:
            while y > SMALL:
                y = tf.tanh(w * y)
                depth += 1
        return depth, float(tape.gradient(y, w))

    return {
        "fixed_depth": lambda: abs(slope(1) - slope_by_hand(1.0, 1)),
        "depth_by_argument": lambda: by_argument(slope),
        "depth_by_data": lambda: by_data(depth_and_slope),
    }
