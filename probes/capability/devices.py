"""Where data and models are placed, who decides it, and NumPy's way of writing on the device chosen.

The other device is the first GPU. Where there is none, placement is shown without one: PyTorch has a device `meta` for
tensors with a shape and no numbers, and TensorFlow's processor can be told to appear as two devices. The result says
where things are unless told, where they are when told, and what becomes of an operation on data in two places. Then ten
lines of NumPy code run on tensors on the GPU, or else on the processor (`on`), and are compared with NumPy. Without a
GPU nothing is said about computing on one: `gpus` is empty then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised

TITLE = "Data and models on devices"
SUBJECT = "tensors"

ROWS = [[3.0, 1.0, 2.0], [6.0, 5.0, 4.0]]
LINES: Mapping[str, Callable[[Any], Any]] = {
    "x * 2 + 1": lambda x: x * 2 + 1,
    "x @ x.T": lambda x: x @ x.T,
    "x[:, -1]": lambda x: x[:, -1],
    "x[x > 2]": lambda x: x[x > 2],
    "x.sum(axis=0)": lambda x: x.sum(axis=0),
    "x.mean(axis=1, keepdims=True)": lambda x: x.mean(axis=1, keepdims=True),
    "x.argmax(axis=1)": lambda x: x.argmax(axis=1),
    "x.reshape(3, 2)": lambda x: x.reshape(3, 2),
    "x.std()": lambda x: x.std(),
    "x.copy()": lambda x: x.copy(),
}


def like_numpy(new: Callable[[], Any], to_array: Callable[[Any], Any]) -> dict[str, Any]:
    """How many lines give with a tensor what they give with an array, and which do not."""

    def agrees(line: Callable[[Any], Any]) -> bool:
        expected, found = np.asarray(line(np.array(ROWS))), []
        failed = raised(lambda: found.append(to_array(line(new()))))
        return not failed and found[0].shape == expected.shape and np.allclose(found[0], expected)

    different = [name for name, line in LINES.items() if not agrees(line)]
    return {"same": len(LINES) - len(different), "different": len(different), "of": len(LINES), "names": different}


def pytorch() -> Observation:
    """Place with device= and to()."""
    import torch

    gpu = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    other, here = gpu or torch.device("meta"), gpu or torch.device("cpu")
    data, data_there = torch.ones(1, 2), torch.ones(1, 2, device=other)

    def place(one: Any) -> str:
        return str(one.device.type)

    return {
        "gpus": [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())],
        "other_device": other.type,
        "data": {
            "unless_told": lambda: place(data),
            "told": lambda: place(data_there),
            "moved": lambda: place(data.to(other)),
        },
        "model": {
            "unless_told": lambda: place(torch.nn.Linear(2, 1).weight),
            "moved": lambda: place(torch.nn.Linear(2, 1).to(other).weight),
        },
        "in_two_places": {
            "sum": lambda: place(data + data_there),
            "model and data": lambda: place(torch.nn.Linear(2, 1)(data_there)),
        },
        "like_numpy": {
            "on": here.type,
            "lines": lambda: like_numpy(lambda: torch.tensor(ROWS, device=here), lambda result: result.cpu().numpy()),
        },
    }


def tensorflow() -> Observation:
    """Place with tf.device, or leave it to TensorFlow."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        processor = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)
    other, here = ("GPU:0", "GPU:0") if gpus else ("CPU:1", "CPU:0")

    def there(make: Callable[[], Any]) -> Any:
        with tf.device(other):
            return make()

    def place(one: Any) -> str:
        return str(one.device).rpartition("device:")[2]

    def layer() -> Any:
        dense = tf.keras.layers.Dense(1)
        dense.build((1, 2))
        return dense

    data, data_there = tf.ones((1, 2)), there(lambda: tf.ones((1, 2)))
    return {
        "gpus": [gpu.name for gpu in gpus],
        "other_device": other,
        "data": {
            "unless_told": lambda: place(data),
            "told": lambda: place(data_there),
            "moved": lambda: place(there(lambda: tf.identity(data))),
        },
        "model": {
            "unless_told": lambda: place(layer().kernel.value),
            "moved": lambda: place(there(layer).kernel.value),
        },
        "in_two_places": {
            "sum": lambda: place(data + data_there),
            "model and data": lambda: place(layer()(data_there)),
        },
        "like_numpy": {"on": here, "lines": lambda: like_numpy(lambda: tf.constant(ROWS), np.asarray)},
    }
