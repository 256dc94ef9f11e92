"""NumPy arrays given to functions, layers and training as they are.

Keras and TensorFlow convert an array by themselves wherever a tensor is wanted; look also at what the array has become
inside a layer, what comes out of it, and that a model takes a tensor or a dataset as well. PyTorch's functions and
layers ask for tensors. On the way back a result that takes part in differentiation must be detached before NumPy
computes with it. A DataLoader does convert arrays into tensors, and an operator takes an array on its right.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "NumPy arrays where tensors are wanted"
SUBJECT = "interchange"

ARRAY = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], dtype=np.float32)
TARGETS = ARRAY.sum(axis=1, keepdims=True)


def kind(value: Any) -> str:
    """The class of a value."""
    return type(value).__name__


def pytorch() -> Observation:
    """Give arrays to what asks for tensors; a layer of ones adds up each row."""
    import torch
    from torch.utils.data import DataLoader

    class Adding(torch.nn.Linear):
        """Adds up each row, and keeps the class of what it was given."""

        seen = ""

        def forward(self, inputs: Any) -> Any:
            self.seen = kind(inputs)
            return super().forward(inputs)

    layer = Adding(2, 1, bias=False)
    torch.nn.init.ones_(layer.weight)
    tensor = torch.from_numpy(ARRAY)

    def trained_on_arrays() -> list[float]:
        losses = []
        for _ in range(2):
            loss = torch.nn.functional.mse_loss(layer(ARRAY), 2 * TARGETS)
            gradient = torch.autograd.grad(loss, layer.weight)[0]
            layer.weight.data -= 0.001 * gradient
            losses.append(loss.item())
        return losses

    def inside() -> str:
        layer(tensor)
        return layer.seen

    return {
        "function": lambda: kind(torch.matmul(ARRAY, torch.ones(2, 1))),
        "layer": lambda: kind(layer(ARRAY)),
        "layer_off_by": lambda: float(np.abs(layer(ARRAY).detach().numpy() - TARGETS).max()),
        "predict": None,
        "trained_on_arrays": trained_on_arrays,
        "class_inside_a_layer": inside,
        "numpy_on_the_result": lambda: kind(np.exp(layer(tensor))),
        "numpy_on_other_tensors": lambda: kind(np.exp(tensor)),
        "from_a_loader_of_arrays": lambda: kind(next(iter(DataLoader(ARRAY, batch_size=3)))),
        "tensor * array": lambda: kind(tensor * ARRAY),
        "array * tensor": lambda: kind(ARRAY * tensor),
        "layer_given_a_tensor": lambda: kind(layer(tensor)),
    }


def tensorflow() -> Observation:
    """Give arrays to what computes with tensors; a layer of ones adds up each row."""
    import tensorflow as tf

    class Adding(tf.keras.layers.Dense):
        """Adds up each row, and keeps the class of what it was given."""

        seen = ""

        def call(self, inputs: Any) -> Any:
            self.seen = kind(inputs)
            return super().call(inputs)

    layer = Adding(1, use_bias=False, kernel_initializer="ones")
    model = tf.keras.Sequential([layer])
    tensor = tf.constant(ARRAY)
    dataset = tf.data.Dataset.from_tensor_slices(ARRAY).batch(3)

    def predictions_off_by(inputs: Any) -> float:
        return float(np.abs(model.predict(inputs, verbose=0) - TARGETS).max())

    def trained_on_arrays() -> list[float]:
        own = tf.keras.Sequential([tf.keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")])
        own.compile(tf.keras.optimizers.SGD(0.001), loss="mse")
        return own.fit(ARRAY, 2 * TARGETS, epochs=2, shuffle=False, verbose=0).history["loss"]

    def inside() -> str:
        layer(ARRAY)
        return layer.seen

    return {
        "function": lambda: kind(tf.matmul(ARRAY, tf.ones((2, 1)))),
        "layer": lambda: kind(layer(ARRAY)),
        "layer_off_by": lambda: float(np.abs(layer(ARRAY).numpy() - TARGETS).max()),
        "predict": {
            "off_by": lambda: predictions_off_by(ARRAY),
            "class": lambda: kind(model.predict(ARRAY, verbose=0)),
            "off_by_from_a_tensor": lambda: predictions_off_by(tensor),
            "off_by_from_a_dataset": lambda: predictions_off_by(dataset),
        },
        "trained_on_arrays": trained_on_arrays,
        "class_inside_a_layer": inside,
        "numpy_on_the_result": lambda: kind(np.exp(layer(tensor))),
        "numpy_on_other_tensors": lambda: kind(np.exp(tensor)),
        "from_a_loader_of_arrays": lambda: kind(next(iter(dataset))),
        "tensor * array": lambda: kind(tensor * ARRAY),
        "array * tensor": lambda: kind(ARRAY * tensor),
        "layer_given_a_tensor": lambda: kind(layer(tensor)),
    }
