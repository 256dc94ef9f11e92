"""Exchanging a million numbers with NumPy through DLPack, the protocol that hands memory over without copying it.

"in" makes a tensor of an array, "out" an array of a tensor; no number is moved. PyTorch takes the array itself, as
the protocol's second version has it; TensorFlow's function takes the capsule that the array exports. Beside the
figures: whether both sides look at the same memory and may write to it, what is refused with which words, and whether
a tensor can be computed with when the array does not begin at a multiple of 64 bytes, as most NumPy arrays do not.
That last question is put to a process of its own, since the answer may be its end.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised
from probes.kit.task import Array, Arrays, Setting, Step

TITLE = "Exchange with NumPy through DLPack"
SUBJECT = "interchange"
VARIANTS = ("in", "out")
MODES = ("ordinary",)
DEVICES = ("cpu",)  # NumPy knows no other
FEED = "arrays"
SIZE, TENSORS, ALIGNMENT = 2**20, 4, 64


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


def zeros(offset: int) -> Array:
    """Zeros that begin `offset` numbers after a multiple of ALIGNMENT bytes."""
    memory = np.zeros(SIZE + ALIGNMENT, np.float32)
    start = -memory.ctypes.data % ALIGNMENT // memory.itemsize + offset
    return memory[start : start + SIZE]


def read_only() -> Array:
    array = zeros(0)
    array.flags.writeable = False
    return array


def sharing(array: Array, read: Callable[[], Array]) -> Observation:
    """Whether what is written to the array is read on the other side; by address where it may not be written to."""
    writeable = bool(array.flags.writeable)
    if not writeable:
        return {"array_writeable": False, "same_memory": array.ctypes.data == read().ctypes.data}
    array[0] = 1.0
    return {"array_writeable": True, "same_memory": bool(read()[0] == 1.0)}


def computes(program: str) -> Observation:
    """What becomes of a process that makes a tensor of an array at an odd address and computes with it."""
    arrays = "import numpy as np\nmemory = np.zeros(80, np.float32)\n"
    arrays += "start = -memory.ctypes.data % 64 // 4\narray = memory[start + 4 : start + 68]\n"
    ended = subprocess.run([sys.executable, "-c", arrays + program], capture_output=True, timeout=120, check=False)  # noqa: S603
    return {"works": ended.returncode == 0, "ended_by_signal": -ended.returncode if ended.returncode < 0 else None}


def pytorch(run: Setting) -> Step:
    import torch

    def make_tensor(array: Array) -> Any:
        return torch.from_dlpack(array)

    def make_array(tensor: Any) -> Array:
        return np.from_dlpack(tensor)

    tensors = [torch.tensor(array) for array in run.weights.values()]

    def observe() -> Observation:
        array, tensor = zeros(0), torch.zeros(SIZE)
        if run.variant == "out":
            return {
                **sharing(make_array(tensor), lambda: make_array(tensor)),
                "refuses_with_gradient": raised(lambda: make_array(torch.zeros(1, requires_grad=True))),
                "refuses_bfloat16": raised(lambda: make_array(tensor.bfloat16())),
                "refuses_sparse": raised(lambda: make_array(tensor.to_sparse())),
            }
        tensor = make_tensor(array)
        return {
            **sharing(array, lambda: make_array(tensor)),
            "refuses_read_only": raised(lambda: make_tensor(read_only())),
            "refuses_every_second": raised(lambda: make_tensor(array[::2])),
            "refuses_text": raised(lambda: make_tensor(np.array(["a"]))),
            "unaligned": computes("import torch\nprint((torch.from_dlpack(array) + 1).sum())"),
        }

    return Step(make_tensor if run.variant == "in" else lambda which: make_array(tensors[which]), observe)


def tensorflow(run: Setting) -> Step:
    import tensorflow as tf

    def make_tensor(array: Array) -> Any:
        return tf.experimental.dlpack.from_dlpack(array.__dlpack__())

    def make_array(tensor: Any) -> Array:
        return np.from_dlpack(tensor)

    tensors = [tf.constant(array) for array in run.weights.values()]

    def observe() -> Observation:
        array, tensor = zeros(0), tf.zeros(SIZE)
        if run.variant == "out":
            return {
                **sharing(make_array(tensor), lambda: make_array(tensor)),
                "refuses_variable": raised(lambda: make_array(tf.Variable(tensor))),
                "refuses_bfloat16": raised(lambda: make_array(tf.cast(tensor, tf.bfloat16))),
                "refuses_sparse": raised(lambda: make_array(tf.sparse.from_dense(tensor))),
            }
        tensor = make_tensor(array)
        return {
            **sharing(array, lambda: make_array(tensor)),
            "refuses_read_only": raised(lambda: make_tensor(read_only())),
            "refuses_every_second": raised(lambda: make_tensor(array[::2])),
            "refuses_text": raised(lambda: make_tensor(np.array(["a"]))),
            "unaligned": computes(
                "import tensorflow as tf\ntensor = tf.experimental.dlpack.from_dlpack(array.__dlpack__())\n"
                "print(tf.reduce_sum(tensor + 1))"
            ),
        }

    return Step(make_tensor if run.variant == "in" else lambda which: make_array(tensors[which]), observe)
