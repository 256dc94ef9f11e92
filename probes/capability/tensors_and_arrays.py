"""What a tensor has beyond an array: gradients, and other devices than the processor.

The same things are asked of a tensor and of an array: to differentiate a sum of squares back to its input, to go to
another device, and to go to a GPU with CUDA. Where no GPU is present the tensor's answer to the last shows whether it
knows of CUDA, and no more. PyTorch's `meta` device needs no hardware: a tensor there has a shape and no numbers.
TensorFlow's processor can be told to appear as two devices. At the end stands how much the two have in common: how many
of an array's public names a tensor has, and how many of its own it has beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "What tensors have and arrays have not"
SUBJECT = "interchange"

VALUES = [3.0, 4.0]


def asked_for_cuda(action: Callable[[], Any]) -> dict[str, Any]:
    """What comes of asking for CUDA: the device, or an error, in which CUDA may be spoken of."""
    error = raised(action)
    answer = f"{error['type']}: {error['message'].splitlines()[0]}" if error else str(action())
    return {"answer": answer, "knows_cuda": not error or "CUDA" in error["message"] or "GPU" in error["message"]}


def names(one: Any) -> set[str]:
    """The public names of an object."""
    return {name for name in dir(one) if not name.startswith("_")}


def in_common(tensor: Any) -> dict[str, int]:
    """The public names that a tensor shares with an array, and those that only one of them has."""
    own, of_array = names(tensor), names(np.ndarray)
    return {"both": len(own & of_array), "only_tensor": len(own - of_array), "only_array": len(of_array - own)}


def pytorch() -> Observation:
    """Call backward() and to(), of the tensor and of the array."""
    import torch

    array: Any = np.array(VALUES)

    def gradient() -> list[float]:
        x = torch.tensor(VALUES, requires_grad=True)
        (x * x).sum().backward()
        return x.grad.tolist()

    return {
        "sum_of_squares": {
            "tensor": lambda: (torch.tensor(VALUES) ** 2).sum().item(),
            "array": float((array**2).sum()),
        },
        "gradient": {"tensor": gradient, "array": lambda: (array * array).sum().backward()},
        "other_device": {
            "tensor": lambda: torch.tensor(VALUES).to("meta").device.type,
            "array": lambda: array.to_device("meta").device,
        },
        "cuda": {
            "tensor": lambda: asked_for_cuda(lambda: torch.tensor(VALUES).cuda().device.type),
            "array": lambda: array.cuda(),
        },
        "names": lambda: in_common(torch.tensor(VALUES)),
    }


def tensorflow() -> Observation:
    """Use GradientTape and tf.device, since a tensor has no methods for them."""
    import tensorflow as tf

    array: Any = np.array(VALUES)
    processor = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)
    tf.config.set_soft_device_placement(False)

    def gradient(x: Any) -> list[float]:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(x * x)
        return tape.gradient(y, x).numpy().tolist()

    def placed(device: str) -> str:
        with tf.device(device):
            return tf.identity(tf.constant(VALUES)).device.rpartition("/")[2]

    return {
        "sum_of_squares": {
            "tensor": lambda: float(tf.reduce_sum(tf.constant(VALUES) ** 2)),
            "array": float((array**2).sum()),
        },
        "gradient": {"tensor": lambda: gradient(tf.constant(VALUES)), "array": lambda: gradient(array)},
        "other_device": {
            "tensor": lambda: placed("CPU:1"),
            "array": lambda: array.to_device("CPU:1").device,
        },
        "cuda": {
            "tensor": lambda: asked_for_cuda(lambda: placed("GPU:0")),
            "array": lambda: array.cuda(),
        },
        "names": lambda: in_common(tf.constant(VALUES)),
    }
