"""From starting Python to the end of the first training step.

Start the interpreter, import the framework, build a network of 784, 256 and 10 from given weights, compute a loss and
its gradients, and take one step of gradient descent. The first step costs much more than any later one: libraries are
set up, memory is claimed, and in ordinary mode TensorFlow traces the function before it runs it. Both must return the
same loss, and the same bias of the hidden layer after the step, which depends on everything before.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.task import Array, Arrays, Setting

TITLE = "From process start to the first training step"
SUBJECT = "start"
COLD = True
SINCE = "start"
MODES = ("ordinary", "eager")
BATCH, INPUTS, HIDDEN, CLASSES, RATE = 64, 784, 256, 10, 0.01


def weights(rng: np.random.Generator, variant: str) -> Arrays:
    """Kernels of inputs x outputs, scaled after He (biases are zero in both), and a batch of images and classes."""
    return {
        "w1": (rng.standard_normal((INPUTS, HIDDEN)) * np.sqrt(2 / INPUTS)).astype(np.float32),
        "w2": (rng.standard_normal((HIDDEN, CLASSES)) * np.sqrt(2 / HIDDEN)).astype(np.float32),
        "x": rng.standard_normal((BATCH, INPUTS), dtype=np.float32),
        "y": rng.integers(0, CLASSES, BATCH),
    }


def reference(data: Arrays, weights: Arrays, variant: str) -> tuple[Array, Array]:
    """The loss before the step, and the hidden layer's bias after it."""
    hidden = np.maximum(weights["x"] @ weights["w1"], 0)
    powers = np.exp(hidden @ weights["w2"])
    shares = powers / powers.sum(axis=1, keepdims=True)
    wanted = np.eye(CLASSES)[weights["y"]]
    loss = -np.log((shares * wanted).sum(axis=1)).mean()
    slope = (shares - wanted) @ weights["w2"].T * (hidden > 0)
    return loss, -RATE * slope.mean(axis=0)


def pytorch(run: Setting) -> tuple[float, Array]:
    import torch
    from torch import nn

    first, second = nn.Linear(INPUTS, HIDDEN), nn.Linear(HIDDEN, CLASSES)
    with torch.no_grad():
        for layer, name in ((first, "w1"), (second, "w2")):
            layer.weight.copy_(torch.from_numpy(run.weights[name].T))
            layer.bias.zero_()
    model = nn.Sequential(first, nn.ReLU(), second).to(run.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    loss_of = nn.CrossEntropyLoss()

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    x, y = (torch.from_numpy(run.weights[name]).to(run.device) for name in ("x", "y"))
    return step(x, y).item(), first.bias.detach().cpu().numpy()


def tensorflow(run: Setting) -> tuple[float, Array]:
    import keras
    import tensorflow as tf

    tf.config.experimental.enable_tensor_float_32_execution(False)  # as in PyTorch's matrix products by default
    with tf.device("GPU:0" if run.device == "cuda" else "CPU:0"):
        first, second = keras.layers.Dense(HIDDEN, activation="relu"), keras.layers.Dense(CLASSES)
        model = keras.Sequential([keras.Input((INPUTS,)), first, second])
        first.kernel.assign(run.weights["w1"])
        second.kernel.assign(run.weights["w2"])
        optimizer = keras.optimizers.SGD(learning_rate=RATE)
        loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

        def step(x: Any, y: Any) -> Any:
            with tf.GradientTape() as tape:
                loss = loss_of(y, model(x, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            return loss

        x, y = (tf.convert_to_tensor(run.weights[name]) for name in ("x", "y"))
        run_once = step if run.mode == "eager" else tf.function(step)
        return float(run_once(x, y)), first.bias.numpy()
