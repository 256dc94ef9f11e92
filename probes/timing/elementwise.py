"""x y + exp(-x^2) over a million numbers.

Five simple operations on arrays of four megabytes. Run one after the other, each reads its operands from memory and
writes a result of the same size back; a compiler that fuses them reads and writes once. So this is mostly about memory,
and the compiled mode is the one to compare with the ordinary one. On a processor PyTorch takes each array from the C
library's allocator; while that returns memory to the system between calls, a step takes up to four times as long, so
its times may fall into two groups.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Function, Setting

TITLE = "Elementwise chain, a million numbers"
SUBJECT = "layers"
N = 2**20


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """Two vectors of N numbers between -2 and 2."""
    return {name: rng.random(N, dtype=np.float32) * np.float32(4) - np.float32(2) for name in ("x", "y")}


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    return data["x"] * data["y"] + np.exp(-(data["x"] ** 2))


def pytorch(run: Setting) -> Function:
    import torch

    @run.traced
    def step(x: Any, y: Any) -> Any:
        return x * y + torch.exp(-torch.square(x))

    return step


def tensorflow(run: Setting) -> Function:
    import tensorflow as tf

    @run.traced
    def step(x: Any, y: Any) -> Any:
        return x * y + tf.exp(-tf.square(x))

    return step
