"""NumPy arrays become tensors and back, by sharing memory or by copying.

For each way into a tensor and out of it the result says which class and element type comes out, and whether a change on
one side shows on the other. Below that it says where differentiation stops (x times its detached self has the gradient
x, x times its clone 2x), what one element turns into, and what happens when an operation or a layer is given an array
as it is. PyTorch shares memory unless a copy is asked for and leaves conversion to you; TensorFlow converts by itself,
by copying, and its tensors cannot be changed from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from probes.kit.observing import Observation, raised, warned

TITLE = "NumPy arrays become tensors, and tensors arrays"
SUBJECT = "interchange"


def outcome(action: Callable[[], Any]) -> dict[str, str]:
    """The class of what an action gives, or its error."""
    return raised(action) or {"class": type(action()).__name__}


def new_array() -> Any:
    """Two ones at an address divisible by 64: TensorFlow must be given such addresses when it is to share memory."""
    room = np.ones(16)
    start = -room.ctypes.data % 64 // 8
    return room[start : start + 2]


def shows_later_changes(convert: Callable[[Any], Any]) -> bool:
    """Whether the tensor made from an array follows when the array is changed."""
    array = new_array()
    tensor = convert(array)
    array[0] = 9.0
    return float(tensor[0]) == 9.0


def takes_changes(array: Any, tensor: Any) -> bool:
    """Whether the tensor that an array came from follows when the array is changed."""
    array[0] = 9.0
    return float(tensor[0]) == 9.0


def pytorch() -> Observation:
    """Share arrays with tensors, detach, clone, and hand arrays to operations."""
    import torch

    converted = torch.from_numpy(new_array())
    x = torch.tensor([3.0, 4.0], requires_grad=True)
    detached = torch.autograd.grad((x * x.detach()).sum(), x)[0]
    cloned = torch.autograd.grad((x * x.clone()).sum(), x)[0]
    with torch.no_grad():
        silent = (x * x).sum()
    tensor, layer = torch.ones(2), torch.nn.Linear(2, 1)
    single = np.ones((1, 2), dtype=np.float32)
    return {
        "array_to_tensor": {"class": type(converted).__name__, "dtype": str(converted.dtype)},
        "changing_the_array_changes_the_tensor": {
            "usual": shows_later_changes(torch.from_numpy),
            "constructor": shows_later_changes(torch.tensor),
            "dlpack": shows_later_changes(torch.from_dlpack),
        },
        "tensor_to_array": outcome(lambda: tensor.numpy()),
        "changing_what_came_out": {
            "changes_the_tensor": takes_changes(tensor.numpy(), tensor),
            "error_if_by_asarray": raised(lambda: takes_changes(np.asarray(tensor), tensor)),
        },
        "numpy_of_what_needs_gradients": raised(lambda: x.numpy()),
        "detach": {"same_memory": x.detach().data_ptr() == x.data_ptr(), "gradient_of_product": detached.tolist()},
        "clone": {"same_memory": x.clone().data_ptr() == x.data_ptr(), "gradient_of_product": cloned.tolist()},
        "gradients_switched_off": {"error": raised(lambda: silent.backward()), "gradient": x.grad},
        "one_element": {
            "item()": outcome(lambda: tensor[0].item()),
            "numpy()": outcome(lambda: tensor[0].numpy()),
            "usual_one_is_a_numpy_value": isinstance(tensor[0].item(), np.generic),
        },
        "array_given_to": {
            "operation": outcome(lambda: torch.matmul(single, torch.ones(2, 1))),
            "layer": outcome(lambda: layer(single)),
            "tensor * array": outcome(lambda: tensor * single),
            "array * tensor": outcome(lambda: single * tensor),
            "warnings": warned(lambda: tensor * single),
        },
    }


def tensorflow() -> Observation:
    """Copy arrays into tensors, stop gradients, copy, and hand arrays to operations."""
    import tensorflow as tf

    converted = tf.convert_to_tensor(new_array())
    x = tf.Variable([3.0, 4.0])
    with tf.GradientTape(persistent=True) as tape:
        detached = tf.reduce_sum(x * tf.stop_gradient(x))
        cloned = tf.reduce_sum(x * tf.identity(x))
        with tape.stop_recording():
            silent = tf.reduce_sum(x * x)
        numpy_error = raised(lambda: x.numpy())
    tensor, layer = tf.ones(2), tf.keras.layers.Dense(1)
    single = np.ones((1, 2), dtype=np.float32)
    return {
        "array_to_tensor": {"class": type(converted).__name__, "dtype": converted.dtype.name},
        "changing_the_array_changes_the_tensor": {
            "usual": shows_later_changes(tf.convert_to_tensor),
            "constructor": shows_later_changes(tf.constant),
            "dlpack": shows_later_changes(lambda array: tf.experimental.dlpack.from_dlpack(array.__dlpack__())),
        },
        "tensor_to_array": outcome(lambda: tensor.numpy()),
        "changing_what_came_out": {
            "changes_the_tensor": takes_changes(tensor.numpy(), tensor),
            "error_if_by_asarray": raised(lambda: takes_changes(np.asarray(tensor), tensor)),
        },
        "numpy_of_what_needs_gradients": numpy_error,
        "detach": {
            "same_memory": np.shares_memory(np.asarray(tensor), np.asarray(tf.stop_gradient(tensor))),
            "gradient_of_product": tape.gradient(detached, x).numpy().tolist(),
        },
        "clone": {
            "same_memory": np.shares_memory(np.asarray(tensor), np.asarray(tf.identity(tensor))),
            "gradient_of_product": tape.gradient(cloned, x).numpy().tolist(),
        },
        "gradients_switched_off": {
            "error": raised(lambda: tape.gradient(silent, x)),
            "gradient": tape.gradient(silent, x),
        },
        "one_element": {
            "item()": outcome(lambda: tensor[0].item()),
            "numpy()": outcome(lambda: tensor[0].numpy()),
            "usual_one_is_a_numpy_value": isinstance(tensor[0].numpy(), np.generic),
        },
        "array_given_to": {
            "operation": outcome(lambda: tf.matmul(single, tf.ones((2, 1)))),
            "layer": outcome(lambda: layer(single)),
            "tensor * array": outcome(lambda: tensor * single),
            "array * tensor": outcome(lambda: single * tensor),
            "warnings": warned(lambda: tensor * single),
        },
    }
