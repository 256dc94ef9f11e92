"""From a NumPy array to a tensor and back: a million numbers, 4 MiB.

"in" makes a tensor of an array, "out" an array of a tensor, each by the call that is meant for it. A framework that
lets both look at the same memory takes no time; one that copies takes as long as copying 4 MiB does, and is safe from
changes behind its back. Beside the figures: which of the two each did, found by writing to the array and reading the
tensor. "in" is given the array; "out" is given the number of a tensor made before, since it must have one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.task import Array, Arrays, Setting, Step

TITLE = "NumPy arrays to tensors and back"
SUBJECT = "interchange"
VARIANTS = ("in", "out")
MODES = ("ordinary",)
DEVICES = ("cpu", "cuda")
FEED = "arrays"
SIZE, TENSORS = 2**20, 4


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """For "in" an array, float32 of SIZE; for "out" the number of a tensor, an int64."""
    if variant == "in":
        return {"array": rng.standard_normal(SIZE, dtype=np.float32)}
    return {"which": rng.integers(TENSORS, size=())}


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """For "out", what the tensors hold."""
    return {str(k): rng.standard_normal(SIZE, dtype=np.float32) for k in range(TENSORS if variant == "out" else 0)}


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    return data["array"] if variant == "in" else weights[str(data["which"])]


def sharing(make_tensor: Callable[[Array], Any], make_array: Callable[[Any], Array], variant: str) -> Observation:
    """Whether a number written to an array shows up in the tensor on the other side."""
    array = np.zeros(SIZE, np.float32)
    tensor = make_tensor(array)
    target = array if variant == "in" else make_array(tensor)
    writeable = bool(target.flags.writeable)
    if writeable:
        target[0] = 1.0
    return {"array_writeable": writeable, "same_memory": bool(make_array(tensor)[0] == 1.0)}


def pytorch(run: Setting) -> Step:
    import torch

    def make_tensor(array: Array) -> Any:
        return torch.from_numpy(array).to(run.device)

    def make_array(tensor: Any) -> Array:
        return tensor.cpu().numpy()

    tensors = [torch.tensor(array, device=run.device) for array in run.weights.values()]

    def out(which: Array) -> Array:
        return make_array(tensors[which])

    step = make_tensor if run.variant == "in" else out
    return Step(step, lambda: sharing(make_tensor, make_array, run.variant))


def tensorflow(run: Setting) -> Step:
    import tensorflow as tf

    def make_tensor(array: Array) -> Any:
        return tf.convert_to_tensor(array)

    def make_array(tensor: Any) -> Array:
        return tensor.numpy()

    tensors = [tf.constant(array) for array in run.weights.values()]

    def out(which: Array) -> Array:
        return make_array(tensors[which])

    step = make_tensor if run.variant == "in" else out
    return Step(step, lambda: sharing(make_tensor, make_array, run.variant))
